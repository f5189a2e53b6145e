// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const procStatus = `Name:	manager
VmPeak:	 1300000 kB
VmHWM:	   90112 kB
VmRSS:	   81920 kB
RssAnon:	   40960 kB
RssFile:	   40960 kB
Threads:	12
`

func TestParseUsage(t *testing.T) {
	const numbers = "S 1 7 7 0 -1 4194560 2000 0 0 0 150 30 0 0 20 0 12 0 1000 1300000000 20480"
	want := usage{cpu: 1800 * time.Millisecond, rss: 80 << 20, peak: 88 << 20, program: 40 << 20}
	tests := map[string]struct {
		stat, status string
		want         usage
		wantErr      bool
	}{
		"a program":                       {stat: "7 (manager) " + numbers, status: procStatus, want: want},
		"a name with spaces and brackets": {stat: "7 (a ) b (c) " + numbers, status: procStatus, want: want},
		"no numbers":                      {stat: "7 (manager) S", status: procStatus, wantErr: true},
		"no memory, as of one that ended": {stat: "7 (manager) " + numbers, status: "Name:	manager\n", wantErr: true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := parseUsage(test.stat, test.status)
			if (err != nil) != test.wantErr {
				t.Fatalf("error %v, want one: %t", err, test.wantErr)
			}
			if test.wantErr {
				return
			}
			if diff := cmp.Diff(test.want, got, cmp.AllowUnexported(usage{})); diff != "" {
				t.Errorf("usage (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCPUModel(t *testing.T) {
	for text, want := range map[string]string{
		"processor\t: 0\nmodel name\t: Example CPU @ 2.0GHz\nprocessor\t: 1\nmodel name\t: Other\n": "Example CPU @ 2.0GHz",
		"processor\t: 0\n": "",
	} {
		if got := cpuModel(text); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
