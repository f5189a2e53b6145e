// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// sample is one line of the Prometheus text format.
type sample struct {
	name   string
	labels map[string]string
	value  float64
}

// samples are those of one scrape.
type samples []sample

// parseSamples reads the lines whose metric is one of names.
func parseSamples(text io.Reader, names ...string) (samples, error) {
	wanted := map[string]bool{}
	for _, name := range names {
		wanted[name] = true
	}
	var found samples
	lines := bufio.NewScanner(text)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := lines.Text()
		if end := strings.IndexAny(line, "{ "); end < 0 || !wanted[line[:end]] {
			continue
		}
		s, err := parseSample(line)
		if err != nil {
			return nil, err
		}
		found = append(found, s)
	}
	return found, lines.Err()
}

// parseSample reads name{label="value",...} value [timestamp].
func parseSample(line string) (sample, error) {
	bad := fmt.Errorf("no sample: %.200q", line)
	end := strings.IndexAny(line, "{ ")
	if end < 0 {
		return sample{}, bad
	}
	s := sample{name: line[:end], labels: map[string]string{}}
	rest := line[end:]
	if rest[0] == '{' {
		var ok bool
		if rest, ok = s.parseLabels(rest[1:]); !ok {
			return sample{}, bad
		}
	}
	fields := strings.Fields(rest)
	if len(fields) == 0 {
		return sample{}, bad
	}
	value, err := strconv.ParseFloat(fields[0], 64)
	if err != nil {
		return sample{}, bad
	}
	s.value = value
	return s, nil
}

// parseLabels reads labels up to the closing brace and returns what follows it.
func (s *sample) parseLabels(text string) (rest string, ok bool) {
	for !strings.HasPrefix(text, "}") {
		name, after, found := strings.Cut(text, "=")
		if !found {
			return "", false
		}
		quoted, err := strconv.QuotedPrefix(after)
		if err != nil {
			return "", false
		}
		value, err := strconv.Unquote(quoted)
		if err != nil {
			return "", false
		}
		s.labels[strings.Trim(name, ", ")] = value
		text = strings.TrimPrefix(after[len(quoted):], ",")
	}
	return text[1:], true
}

// total adds up a metric, over the samples that have all of the labels, which come in pairs of
// name and value.
func (all samples) total(name string, labels ...string) float64 {
	sum := 0.0
	for _, s := range all {
		if s.name == name && s.has(labels) {
			sum += s.value
		}
	}
	return sum
}

func (s *sample) has(labels []string) bool {
	for i := 0; i+1 < len(labels); i += 2 {
		if s.labels[labels[i]] != labels[i+1] {
			return false
		}
	}
	return true
}

// by adds up a metric by what key makes of the labels; what it makes empty is left out.
func (all samples) by(name string, key func(labels map[string]string) string) map[string]float64 {
	sums := map[string]float64{}
	for _, s := range all {
		if s.name != name {
			continue
		}
		if k := key(s.labels); k != "" {
			sums[k] += s.value
		}
	}
	return sums
}
