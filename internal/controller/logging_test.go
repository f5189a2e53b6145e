// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/go-logr/logr"
	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	ctrlzap "sigs.k8s.io/controller-runtime/pkg/log/zap"
)

func TestWithoutBodiesLogsWhatItIsTold(t *testing.T) {
	tests := map[string]struct {
		log  func(logr.Logger)
		want map[string]any
	}{
		"values of before and of now": {
			func(l logr.Logger) { l.WithValues("a", "1").WithValues("b", "2").Info("done", "c", "3") },
			map[string]any{"level": "info", "msg": "done", "a": "1", "b": "2", "c": "3"},
		},
		"a name after values": {
			func(l logr.Logger) { l.WithValues("a", "1").WithName("poller").WithName("lane").Info("done") },
			map[string]any{"level": "info", "logger": "poller.lane", "msg": "done", "a": "1"},
		},
		"an error": {
			func(l logr.Logger) { l.WithValues("a", "1").Error(errors.New("refused"), "failed") },
			map[string]any{"level": "error", "msg": "failed", "a": "1", "error": "refused"},
		},
		"from within a helper": {
			func(l logr.Logger) { func() { l.WithCallDepth(1).Info("done") }() },
			map[string]any{"level": "info", "msg": "done"},
		},
		"the bodies of requests": {
			func(l logr.Logger) { l.V(bodyLevel).Info("body", "body", "whole") },
			nil,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			test.log(WithoutBodies(ctrlzap.New(
				ctrlzap.WriteTo(&out), ctrlzap.Level(zapcore.Level(-10)), ctrlzap.JSONEncoder(), ctrlzap.RawZapOpts(zap.AddCaller()),
			)))
			got := line(t, out.Bytes())
			if caller, ok := got["caller"].(string); ok && !strings.Contains(caller, "controller/logging_test.go:") {
				t.Errorf("logged by %s, not by this test", caller)
			}
			delete(got, "caller")
			delete(got, "ts")
			delete(got, "stacktrace")
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("log line (-want +got):\n%s", diff)
			}
		})
	}
}

// line decodes the only line of a log; nil when it is empty.
func line(t *testing.T, log []byte) map[string]any {
	t.Helper()
	if len(log) == 0 {
		return nil
	}
	var fields map[string]any
	if err := json.Unmarshal(log, &fields); err != nil {
		t.Fatalf("%v in %s", err, log)
	}
	return fields
}

// BenchmarkLoggerOfReconcile makes the logger of a reconcile that logs nothing.
func BenchmarkLoggerOfReconcile(b *testing.B) {
	logger := WithoutBodies(ctrlzap.New(ctrlzap.WriteTo(&bytes.Buffer{})))
	b.ReportAllocs()
	for b.Loop() {
		logger.WithValues("controller", "quotawatch", "namespace", "default", "name", "traffic").WithValues("reconcileID", "1")
	}
}
