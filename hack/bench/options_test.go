// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"io"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestParseOptions(t *testing.T) {
	defaults := options{
		watches: []int{1000, 5000, 10000}, faultsWatches: 5000, window: 2 * time.Minute, outage: 5 * time.Minute,
		latency: 20 * time.Millisecond, manager: "bin/manager", out: "bin/bench",
	}
	few := defaults
	few.watches, few.faultsWatches, few.window = []int{200, 400}, 400, 30*time.Second
	tests := map[string]struct {
		args    []string
		want    options
		wantErr bool
	}{
		"nothing":              {want: defaults},
		"a short run":          {args: []string{"--watches", "200, 400", "--faults", "400", "--minutes", "0.5"}, want: few},
		"no watches":           {args: []string{"--watches", "0"}, wantErr: true},
		"no number":            {args: []string{"--watches", "many"}, wantErr: true},
		"no time":              {args: []string{"--minutes", "0"}, wantErr: true},
		"an argument too many": {args: []string{"1000"}, wantErr: true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := parseOptions(test.args, io.Discard)
			if (err != nil) != test.wantErr {
				t.Fatalf("error %v, want one: %t", err, test.wantErr)
			}
			if diff := cmp.Diff(test.want, got, cmp.AllowUnexported(options{})); diff != "" {
				t.Errorf("options (-want +got):\n%s", diff)
			}
		})
	}
}
