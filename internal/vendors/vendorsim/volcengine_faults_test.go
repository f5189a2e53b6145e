// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"bytes"
	"testing"
)

func contains(text []byte, part string) bool { return bytes.Contains(text, []byte(part)) }

// The faults that Volcengine brings about, as seen in a proper answer.
func TestVolcengineFaults(t *testing.T) {
	tests := map[string]struct {
		fault      Fault
		wantStatus int
		want       volcengineErrorDetail // without the message
	}{
		"throttle":                   {Fault{Name: FaultThrottle}, 429, volcengineErrorDetail{CodeN: 100018, Code: "FlowLimitExceeded"}},
		"account frozen":             {Fault{Name: FaultAccountFrozen}, 403, volcengineErrorDetail{Code: "OperationDeny.AccountOverdue"}},
		"vendor error":               {Fault{Name: FaultVendorError}, 200, volcengineErrorDetail{Code: "InternalError"}},
		"vendor error with a code":   {Fault{Name: FaultVendorError, Argument: "LackPolicy"}, 200, volcengineErrorDetail{Code: "LackPolicy"}},
		"vendor error with a number": {Fault{Name: FaultVendorError, Argument: "100013"}, 200, volcengineErrorDetail{CodeN: 100013}},
		"clock skew":                 {Fault{Name: FaultClockSkew}, 400, volcengineErrorDetail{CodeN: 100006, Code: "InvalidTimestamp"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, ScenarioSeeds)
			test.fault.Count = 1
			b.injectInto(t, ServiceVolcengine, test.fault)
			answer := b.doVolcengine(t, b.volcengineDraft(seedsTraffic))
			failure := answer.ResponseMetadata.Error
			if failure == nil || answer.httpStatus != test.wantStatus || failure.CodeN != test.want.CodeN || failure.Code != test.want.Code {
				t.Errorf("status %d, error %+v, want %d %+v", answer.httpStatus, failure, test.wantStatus, test.want)
			}
			b.askVolcengine(t, seedsTraffic)
		})
	}
}

func TestVolcengineNullPayload(t *testing.T) {
	b := newBench(t, ScenarioSeeds)
	b.injectInto(t, ServiceVolcengine, Fault{Name: FaultPayloadNull, Count: 1})
	reply, call := b.sim.Volcengine().answer(b.volcengineRequest(t, b.volcengineDraft(seedsTraffic)), []byte(seedsTraffic))
	if !contains(reply.body, `"Result":null`) || reply.status != 200 || call.Outcome != string(FaultPayloadNull) {
		t.Errorf("status %d, outcome %s: %s", reply.status, call.Outcome, reply.body)
	}
	if got := summary(b.askVolcengine(t, seedsTraffic)); len(got) != 2 {
		t.Errorf("afterwards %v", got)
	}
}

// Faults that are errors strike no request that is refused anyway.
func TestVolcengineFaultsHideNoMistake(t *testing.T) {
	b := newBench(t, ScenarioSeeds)
	for _, name := range []FaultName{FaultThrottle, FaultAccountFrozen, FaultVendorError, FaultPayloadNull} {
		b.injectInto(t, ServiceVolcengine, Fault{Name: name, Count: 1})
	}
	if got := b.doVolcengine(t, b.volcengineDraft("{}")).code(); got != "MissingParameter" {
		t.Errorf("code %q", got)
	}
	if active, err := b.sim.ActiveFaults(ServiceVolcengine); err != nil || len(active) != 4 {
		t.Errorf("active faults %v, error %v", active, err)
	}
}
