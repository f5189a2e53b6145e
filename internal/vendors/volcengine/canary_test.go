// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package volcengine

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/quotawatch/quotawatch/internal/transport"
	"github.com/quotawatch/quotawatch/internal/vendors"
	"github.com/quotawatch/quotawatch/internal/vendors/vendortest"
)

const (
	canaryKey   = "Q2FuYXJ5S2V5Q2FuYXJ5S2V5Q2FuYXJ5S2V5Q2FuYXJ5S2V5=="
	canaryToken = "CanaryToken0123456789abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ=="
	canaryPhone = "+8613812345678"
	canaryMail  = "canary@example.com"
)

// canaries are what nobody may see, whole or in part.
var canaries = []string{canaryKey, "Q2FuYXJ5", canaryToken, "Canary", "canary", canaryPhone, "13812345678"}

func canaryAccount(t *testing.T, vendor *fakeVendor) *vendors.Account {
	t.Helper()
	return vendor.account(t, map[string]vendors.Secret{
		keyAccessKeyID: testID, keySecretAccessKey: canaryKey, keySessionToken: canaryToken,
	}, transport.PoolOptions{MaxBodyBytes: 16 << 10})
}

// canaryQuery asks for a sub-account by a phone number.
func canaryQuery() vendors.UsageQuery {
	query := lastWeek()
	query.SubAccountName = canaryPhone
	return query
}

// echo answers with everything the request held and more, in the place that makes
// fills.
func echo(status int, contentType string, makes func(secrets string) string) func(received) reply {
	return func(call received) reply {
		secrets := fmt.Sprint(call.Header.Get("Authorization"), call.Header.Get("X-Security-Token"),
			string(call.Body), canaryPhone, canaryMail)
		return reply{Status: status, Header: map[string]string{"Content-Type": contentType}, Body: makes(secrets)}
	}
}

func signatureOf(call received) string {
	_, signature, _ := strings.Cut(call.Header.Get("Authorization"), ", Signature=")
	return signature
}

// Whatever a vendor, or something in its place, says back, nothing of the
// credential or of a person gets into what is logged of a failure.
func TestFailuresShowNoSecret(t *testing.T) {
	const jsonType, htmlType = "application/json", "text/html"
	same := func(text string) string { return text }
	within := func(format string) func(string) string {
		return func(secrets string) string { return fmt.Sprintf(format, vendortest.JSON(secrets)) }
	}
	// filled answers with one secret alone, which could pass for a code or an ID.
	filled := func(format string, secret func(received) string) func(received) reply {
		return func(call received) reply { return reply{Body: fmt.Sprintf(format, secret(call))} }
	}
	token := func(call received) string { return vendortest.JSON(call.Header.Get("X-Security-Token")) }
	signature := func(call received) string { return vendortest.JSON(signatureOf(call)) }
	phone := func(received) string { return vendortest.JSON(canaryPhone[1:]) }
	number := func(received) string { return "13812345678" }
	mail := func(received) string { return vendortest.JSON(canaryMail) }
	const (
		inCode      = `{"ResponseMetadata":{"RequestId":"x","Error":{"Code":%s,"Message":"m"}}}`
		inNumber    = `{"ResponseMetadata":{"RequestId":"x","Error":{"CodeN":%s,"Message":"m"}}}`
		inMessage   = `{"ResponseMetadata":{"RequestId":"x","Error":{"Code":"SignatureDoesNotMatch","Message":%s}}}`
		inSkew      = `{"ResponseMetadata":{"RequestId":"x","Error":{"Code":"InvalidTimestamp","Message":%s}}}`
		inRequestID = `{"ResponseMetadata":{"RequestId":%s,"Error":{"Code":"InternalError","Message":"m"}}}`
		inFallback  = `{"HTTPCode":400,"errorcode":%s,"message":"m"}`
		inDetail    = `{"HTTPCode":400,"errorcode":"InvalidParameter","message":%s}`
		inTraffic   = `{"ResponseMetadata":{},"Result":{"ActualResult":[{"ActivityId":1,"LiveTraffic":%s}]}}`
		inRoom      = `{"ResponseMetadata":{},"Result":{"ActualResult":[{"ActivityId":%s,"LiveTraffic":1}]}}`
		inCreator   = `{"ResponseMetadata":{},"Result":{"ActualResult":[{"ActivityCreator":{"SubAccountName":%s}}]}}`
		inField     = `{"ResponseMetadata":{},"Result":{%s:1}, "Result":null}`
	)
	tests := map[string]func(received) reply{
		"a page":                       echo(200, htmlType, same),
		"text labelled JSON":           echo(200, jsonType, same),
		"a bad gateway":                echo(502, htmlType, same),
		"a refusal":                    echo(403, htmlType, same),
		"an error's code":              echo(200, jsonType, within(inCode)),
		"an error's number":            echo(200, jsonType, within(inNumber)),
		"an error's message":           echo(200, jsonType, within(inMessage)),
		"a refused date":               echo(200, jsonType, within(inSkew)),
		"a request ID":                 echo(200, jsonType, within(inRequestID)),
		"the gateway's code":           echo(200, jsonType, within(inFallback)),
		"the gateway's message":        echo(400, jsonType, within(inDetail)),
		"an amount":                    echo(200, jsonType, within(inTraffic)),
		"a room's ID":                  echo(200, jsonType, within(inRoom)),
		"a room's creator":             echo(200, jsonType, within(inCreator)),
		"a field's name":               echo(200, jsonType, within(inField)),
		"a 401's code":                 echo(401, jsonType, within(inCode)),
		"a 500's request ID":           echo(500, jsonType, within(inRequestID)),
		"the token as code":            filled(inCode, token),
		"the token as request ID":      filled(inRequestID, token),
		"the signature as code":        filled(inCode, signature),
		"the signature as request ID":  filled(inRequestID, signature),
		"the signature as amount":      filled(inTraffic, signature),
		"a phone number as code":       filled(inCode, phone),
		"a phone number as number":     filled(inNumber, number),
		"a phone number as request ID": filled(inRequestID, phone),
		"a number as request ID":       filled(inRequestID, number),
		"a phone number as creator":    filled(inCreator, phone),
		"an e-mail as code":            filled(inCode, mail),
		"an e-mail as request ID":      filled(inRequestID, mail),
		"the location of a detour": func(call received) reply {
			return reply{Status: 307, Header: map[string]string{"Location": "http://127.0.0.1/?" + signatureOf(call)}}
		},
		"a body over the bound": func(call received) reply {
			return reply{Body: strings.Repeat(signatureOf(call)+canaryPhone, 1000)}
		},
	}
	for name, answer := range tests {
		t.Run(name, func(t *testing.T) {
			vendor := startVendor(t, answer)
			_, err := canaryAccount(t, vendor).Usage.ReadUsage(t.Context(), canaryQuery())
			if err == nil {
				t.Fatal("no failure")
			}
			checkHidden(t, vendortest.EverySpelling(t, err), vendor)
		})
	}
}

// A reading holds nothing of a person either.
func TestReadingShowsNoName(t *testing.T) {
	creator := fields{"IsMainAccount": false, "SubAccountName": canaryPhone}
	row := fields{"ActivityId": 1, "LiveTraffic": 1.5, "LiveUV": 3, "ActivityCreator": creator, "Name": canaryMail}
	vendor := startVendor(t, vendortest.Always(reply{Body: content(fields{
		"EstimatedResult": []fields{row}, "ActualResult": []fields{row}, "ActualPrePayResult": []fields{row},
	})}))
	reading, err := canaryAccount(t, vendor).Usage.ReadUsage(t.Context(), canaryQuery())
	if err != nil {
		t.Fatal(err)
	}
	if len(reading.Items) != 3 {
		t.Errorf("%d items, want 3", len(reading.Items))
	}
	if !strings.Contains(string(vendor.Requests()[0].Body), canaryPhone) {
		t.Error("the vendor was not asked for the sub-account")
	}
	checkHidden(t, fmt.Sprintf("%v %+v %#v", reading, reading, reading), vendor)
}

func checkHidden(t *testing.T, shown string, vendor *fakeVendor) {
	t.Helper()
	secrets := slices.Clone(canaries)
	for _, call := range vendor.Requests() {
		signature := signatureOf(call)
		if len(signature) != 64 {
			t.Fatalf("no signature to look for: %q", signature)
		}
		secrets = append(secrets, signature)
	}
	vendortest.CheckHidden(t, shown, secrets...)
}

// A key with a line break cannot be sent, and the error must not quote it.
func TestUnusableCredentialIsNotShown(t *testing.T) {
	vendor := startVendor(t, vendortest.Always(reply{Body: nothing}))
	account := vendor.account(t, map[string]vendors.Secret{
		keyAccessKeyID: testID + "\n", keySecretAccessKey: canaryKey + "\n", keySessionToken: canaryToken + "\n",
	}, transport.PoolOptions{})
	err := account.Verifier.Verify(t.Context())
	vendortest.CheckFailure(t, err, vendors.Error{Kind: vendors.KindUnavailable, Op: vendors.OpVerify, Code: "InvalidRequest"})
	checkHidden(t, vendortest.EverySpelling(t, err), vendor)
	vendor.CheckCalls(t, 0)
}
