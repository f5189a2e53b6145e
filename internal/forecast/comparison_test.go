// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package forecast

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the tables of docs/forecast.md anew")

const document = "../../docs/forecast.md"

// lives is how often each pattern is made up.
const lives = 200

// estimators are the candidates. The last one is in use.
var estimators = []struct {
	name     string
	estimate func([]Sample) (int64, bool)
}{
	{"mean", ofHistory(func(h history) rate { return between(h.points[0], h.points[len(h.points)-1]) })},
	{"median of the days", ofHistory(medianOfDays)},
	{"Theil-Sen, 4 weeks", ofHistory(history.slope)},
	{"Theil-Sen, 2 weeks", ofHistory(func(h history) rate { return h.within(14).slope() })},
	{"**middle of three**", inUse},
}

func ofHistory(estimate func(history) rate) func([]Sample) (int64, bool) {
	return func(samples []Sample) (int64, bool) {
		h := newHistory(samples)
		return h.perDay(estimate(h)).Int64()
	}
}

func medianOfDays(h history) rate {
	var days []rate
	for i := range h.points[1:] {
		days = append(days, between(h.points[i], h.points[i+1]))
	}
	return median(days)
}

func inUse(samples []Sample) (int64, bool) {
	burn, ok := Estimate(samples)
	whole, _ := burn.PerDay.Int64()
	return whole, ok
}

// off returns by how many percent of what is usual estimates of a pattern are
// wrong, in order. Where nothing is estimated, nothing is wrong.
func off(p pattern, days int, estimate func([]Sample) (int64, bool)) []int64 {
	c := chance{rand.New(rand.NewPCG(28, uint64(days)))}
	var errors []int64
	for range lives {
		if got, ok := estimate(p.samples(c, days)); ok {
			errors = append(errors, wrong(got, p.expected))
		}
	}
	slices.Sort(errors)
	return errors
}

// wrong returns the difference in percent of what is usual.
func wrong(got, want int64) int64 {
	return (max(got-want, want-got)*100 + usual/2) / usual
}

// half and nineTenths return what so many of the errors do not exceed.
func half(errors []int64) int64       { return errors[(len(errors)-1)/2] }
func nineTenths(errors []int64) int64 { return errors[(len(errors)-1)*9/10] }

// comparison is the table of estimators by patterns, and what their errors sum up
// to.
func comparison() (table []string, sums []int64) {
	head := "| four weeks of |"
	for _, e := range estimators {
		head += " " + e.name + " |"
	}
	table = []string{head, "|---" + strings.Repeat("|---:", len(estimators)) + "|"}
	sums = make([]int64, len(estimators))
	for _, p := range patterns {
		row := "| " + p.name + " |"
		for i, e := range estimators {
			errors := off(p, simulated, e.estimate)
			row += fmt.Sprintf(" %d / %d |", half(errors), nineTenths(errors))
			sums[i] += nineTenths(errors)
		}
		table = append(table, row)
	}
	row := "| sum of the second numbers |"
	for _, sum := range sums {
		row += fmt.Sprintf(" %d |", sum)
	}
	return append(table, row), sums
}

// byDays is the table of the estimator in use by the length of the history.
func byDays() []string {
	lengths := []int{3, 7, 14, 28}
	table := []string{"| days known | 3 | 7 | 14 | 28 |", "|---|---:|---:|---:|---:|"}
	for _, p := range patterns {
		row := "| " + p.name + " |"
		for _, days := range lengths {
			errors := off(p, days, inUse)
			row += fmt.Sprintf(" %d / %d |", half(errors), nineTenths(errors))
		}
		table = append(table, row)
	}
	return table
}

// byConfidence is the table of how far estimates are off, by their confidence.
func byConfidence() []string {
	errors := map[Confidence][]int64{}
	total := 0
	for days := 3; days <= simulated; days++ {
		c := chance{rand.New(rand.NewPCG(29, uint64(days)))}
		for i := range lives {
			p := patterns[i%len(patterns)]
			samples := p.samples(c, days)
			burn, ok := Estimate(samples)
			if !ok {
				continue
			}
			got, _ := burn.PerDay.Int64()
			errors[burn.Confidence] = append(errors[burn.Confidence], wrong(got, p.expected))
			total++
		}
	}
	table := []string{
		"| confidence | share of all | off by 25 % at most | by 50 % at most | by 100 % at most |", "|---|---:|---:|---:|---:|",
	}
	for _, confidence := range []Confidence{Low, Medium, High} {
		of := errors[confidence]
		row := fmt.Sprintf("| %s | %d %% |", confidence, percent(len(of), total))
		for _, bound := range []int64{25, 50, 100} {
			within := 0
			for _, e := range of {
				if e <= bound {
					within++
				}
			}
			row += fmt.Sprintf(" %d %% |", percent(within, len(of)))
		}
		table = append(table, row)
	}
	return table
}

func percent(part, whole int) int { return (part*100 + whole/2) / whole }

// The tables in the documentation are those that come out, and the estimator in
// use is the best of them.
func TestComparison(t *testing.T) {
	estimatorTable, sums := comparison()
	checkTable(t, "estimators", estimatorTable)
	checkTable(t, "days", byDays())
	checkTable(t, "confidences", byConfidence())
	if used := sums[len(sums)-1]; used != slices.Min(sums) {
		t.Errorf("the errors of the estimator in use sum up to %d, those of another to %d", used, slices.Min(sums))
	}
}

// checkTable checks a table of the documentation, between comments that name it.
func checkTable(t *testing.T, name string, table []string) {
	t.Helper()
	text, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, found := strings.Cut(string(text), "<!-- begin "+name+" -->\n")
	got, tail, ended := strings.Cut(rest, "<!-- end "+name+" -->\n")
	if !found || !ended {
		t.Fatalf("%s has no table of %s", document, name)
	}
	want := strings.Join(table, "\n") + "\n"
	if *update {
		got = want
		text := head + "<!-- begin " + name + " -->\n" + want + "<!-- end " + name + " -->\n" + tail
		if err := os.WriteFile(document, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("%s says otherwise; go test ./internal/forecast -run TestComparison -update writes it (-written +simulated):\n%s",
			document, diff)
	}
}
