// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package polyv

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/amount"
	"github.com/quotawatch/quotawatch/internal/vendors"
	"github.com/quotawatch/quotawatch/internal/vendors/vendortest"
)

// equalDays lets cmp look into days and ranges of them.
var equalDays = cmp.Comparer(func(a, b vendors.Day) bool { return a == b })

// The answer that the vendor publishes, at
// https://polyv.gitbook.io/document/docs/live/api/v-4/user/bill/use_detail_list.
func TestPublishedUsage(t *testing.T) {
	vendor := startVendor(t, vendortest.Always(reply{Body: vendortest.Testdata(t, "usage.json")}))
	days := vendors.DayRange{First: day(t, "2023-08-04"), Last: day(t, "2023-08-04")}
	got, err := vendor.readUsage(t, vendors.UsageQuery{Days: days, Items: []string{"Duration"}})
	if err != nil {
		t.Fatal(err)
	}
	want := vendors.UsageReading{Days: days, Items: []vendors.UsageItem{{
		Name: "Duration", Label: "国内观看时长", Unit: vendors.UnitMinutes,
		Amount: amount.FromInt(1), DataAsOf: days.Last,
	}}}
	if diff := cmp.Diff(want, got, equalDays); diff != "" {
		t.Errorf("reading (-want +got):\n%s", diff)
	}
	vendor.CheckCalls(t, 1)
	wantAsked := map[string]string{
		"itemCategory": "duration", "startDate": "2023-08-04", "endDate": "2023-08-04",
		"pageNumber": "1", "pageSize": "100",
	}
	if diff := cmp.Diff(wantAsked, asked(vendor.Requests()[0])); diff != "" {
		t.Errorf("parameters (-want +got):\n%s", diff)
	}
	if got, want := vendor.Requests()[0].URL.Path, "/live/v4/channel/use-detail/list"; got != want {
		t.Errorf("path = %s, want %s", got, want)
	}
}

// detail is a row of usage.
func detail(name string, consumed any, unit string) fields {
	return fields{"itemName": name, "consumed": consumed, "consumeUnit": unit}
}

// line is what a test looks at in an item.
type line struct {
	Name, Label string
	Unit        vendors.Unit
	UnitLabel   string
	Amount      string
	Peak        bool
}

func lines(items []vendors.UsageItem) []line {
	var all []line
	for _, i := range items {
		all = append(all, line{i.Name, i.Label, i.Unit, i.UnitLabel, i.Amount.String(), i.Peak})
	}
	return all
}

func TestUsageSums(t *testing.T) {
	const minutes, vendor = vendors.UnitMinutes, vendors.UnitVendor
	tests := map[string]struct {
		item string
		rows []fields
		want []line
	}{
		"none": {"Duration", nil, nil},
		"one line of several rows": {
			"Duration", []fields{detail("a", 1, "分钟"), detail("a", 2, "分钟")},
			[]line{{"Duration", "a", minutes, "", "3", false}},
		},
		"fractions that no float can hold": {
			"Duration", []fields{detail("a", "0.1", "分钟"), detail("a", 0.2, "分钟"), detail("a", int64(9007199254740993), "分钟")},
			[]line{{"Duration", "a", minutes, "", "9007199254740993.3", false}},
		},
		"a correction": {
			"Duration", []fields{detail("a", 10, "分钟"), detail("a", -3, "分钟")},
			[]line{{"Duration", "a", minutes, "", "7", false}},
		},
		"rows that are equal in every field": {
			"Duration", []fields{detail("a", 1, "分钟"), detail("a", 1, "分钟")},
			[]line{{"Duration", "a", minutes, "", "2", false}},
		},
		"lines and units are kept apart, in order": {
			"MicDuration", []fields{
				detail("b", 1, "分钟"), detail("a", 2, "次"), detail("b", 4, "次"), detail("a", 8, "GB"), detail("a", 16, "分钟"),
			},
			[]line{
				{"MicDuration", "a", minutes, "", "16", false},
				{"MicDuration", "b", minutes, "", "1", false},
				{"MicDuration", "a", vendor, "GB", "8", false},
				{"MicDuration", "a", vendor, "次", "2", false},
				{"MicDuration", "b", vendor, "次", "4", false},
			},
		},
		"the highest concurrency of each line": {
			"Concurrence", []fields{detail("a", 5, "人"), detail("b", 3, "人"), detail("a", "9", "人"), detail("a", 7, "人")},
			[]line{{"Concurrence", "a", vendor, "人", "9", true}, {"Concurrence", "b", vendor, "人", "3", true}},
		},
		"concurrency below zero": {
			"Concurrence", []fields{detail("a", -5, "人"), detail("a", -7, "人")},
			[]line{{"Concurrence", "a", vendor, "人", "-5", true}},
		},
		"the category comes back in words": {
			"Duration", []fields{detail("a", 1, "分钟").with("itemCategory", "连麦分钟数").with("production", "直播")},
			[]line{{"Duration", "a", minutes, "", "1", false}},
		},
		"a row of no channel and no time": {
			"PptAnim", []fields{detail("a", 1, "页").with("channelId", nil).with("startTime", nil).with("statDate", "")},
			[]line{{"PptAnim", "a", vendor, "页", "1", false}},
		},
		"no unit": {
			"Distribute", []fields{detail("a", 1, ""), detail("a", 1, "").with("consumeUnit", nil)},
			[]line{{"Distribute", "a", vendor, "unknown", "2", false}},
		},
		"no name": {
			"Distribute", []fields{detail("", 1, "分钟"), detail("", 1, "分钟").without("itemName")},
			[]line{{"Distribute", "", minutes, "", "2", false}},
		},
		"a unit that only looks like minutes": {
			"Duration", []fields{detail("a", 1, "千分钟")},
			[]line{{"Duration", "a", vendor, "千分钟", "1", false}},
		},
		"words that fill the status": {
			"Duration", []fields{detail(strings.Repeat("时", 200), 1, strings.Repeat("分", 200)), detail(strings.Repeat("时", 201), 1, strings.Repeat("分", 201))},
			[]line{{"Duration", strings.Repeat("时", 128), vendor, strings.Repeat("分", 32), "2", false}},
		},
		"words with characters that nobody sees": {
			"Duration", []fields{detail(" a\x00\n\u202eb\u2028 ", 1, "分\t钟\u200b")},
			[]line{{"Duration", "ab", minutes, "", "1", false}},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			vendor := startVendor(t, vendortest.Always(reply{Body: listed(test.rows...)}))
			got, err := vendor.readUsage(t, vendors.UsageQuery{Items: []string{test.item}, Days: oneDay(t)})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, lines(got.Items)); diff != "" {
				t.Errorf("items (-want +got):\n%s", diff)
			}
		})
	}
}

// A category without a row was not used, which is not the same as one that was
// not asked for.
func TestUnusedItems(t *testing.T) {
	tests := map[string]struct {
		items []string
		// rows are the answers by the vendor's category.
		rows map[string][]fields
		want []string
	}{
		"none of those asked for": {
			items: []string{"MicDuration", "Duration"}, want: []string{"Duration", "MicDuration"},
		},
		"one of two": {
			items: []string{"MicDuration", "Duration"},
			rows:  map[string][]fields{"duration": {detail("a", 1, "分钟")}},
			want:  []string{"MicDuration"},
		},
		"a row of zero is a row": {
			items: []string{"Duration"},
			rows:  map[string][]fields{"duration": {detail("a", 0, "分钟")}},
		},
		"all are asked for": {
			rows: map[string][]fields{"duration": {detail("a", 1, "分钟")}, "distribute": {detail("a", 1, "")}},
			want: []string{
				"AiAssistantEnabled", "AiPPTVideoEnabled", "AiPPTVideoWithDigital", "AiSmartClipEnabled", "Concurrence",
				"GuideDuration", "MicDuration", "PptAnim", "PptComposite",
			},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			vendor := startVendor(t, func(call received) reply {
				return reply{Body: listed(test.rows[asked(call)["itemCategory"]]...)}
			})
			got, err := vendor.readUsage(t, vendors.UsageQuery{Items: test.items, Days: oneDay(t)})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got.Unused); diff != "" {
				t.Errorf("unused (-want +got):\n%s", diff)
			}
		})
	}
}

func TestUsageRowsThatLackSomething(t *testing.T) {
	tests := map[string]struct {
		row       fields
		wantCause string
	}{
		"no amount":                   {detail("a", 1, "分钟").without("consumed"), "row 0 has no consumed"},
		"an amount that is null":      {detail("a", nil, "分钟"), "row 0 has no consumed"},
		"an amount that is no number": {detail("a", "many", "分钟"), "a field is not of its type"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			vendor := startVendor(t, vendortest.Always(reply{Body: listed(test.row)}))
			_, err := vendor.readUsage(t, vendors.UsageQuery{Items: []string{"Duration"}, Days: oneDay(t)})
			vendortest.CheckFailure(t, err, vendors.Error{
				Kind: vendors.KindMalformed, Op: vendors.OpUsage, Code: "IncompleteAnswer", RequestID: requestID,
			})
			if !strings.HasSuffix(err.Error(), test.wantCause) {
				t.Errorf("%q does not say %q", err, test.wantCause)
			}
		})
	}
}

// askedFor lists these parameters of every call.
func askedFor(vendor *fakeVendor, names ...string) []string {
	var asked []string
	for _, call := range vendor.Requests() {
		var values []string
		for _, name := range names {
			values = append(values, call.URL.Query().Get(name))
		}
		asked = append(asked, strings.Join(values, " "))
	}
	return asked
}

func TestUsageItems(t *testing.T) {
	all := []string{
		"duration", "concurrence", "mic_duration", "ppt_anim", "guide_duration", "ppt_composite", "distribute",
		"aiPPTVideoEnabled", "aiPPTVideoWithDigital", "aiAssistantEnabled", "aiSmartClipEnabled",
	}
	tests := map[string]struct{ items, want []string }{
		"none named, so all": {nil, all},
		"two of them":        {[]string{"PptAnim", "Duration"}, []string{"duration", "ppt_anim"}},
		"one of them twice":  {[]string{"Duration", "Duration"}, []string{"duration"}},
		"each by its name": {
			[]string{
				"Duration", "Concurrence", "MicDuration", "PptAnim", "GuideDuration", "PptComposite", "Distribute",
				"AiPPTVideoEnabled", "AiPPTVideoWithDigital", "AiAssistantEnabled", "AiSmartClipEnabled",
			}, all,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			vendor := startVendor(t, func(call received) reply {
				return reply{Body: listed(detail(call.URL.Query().Get("itemCategory"), 1, "分钟"))}
			})
			got, err := vendor.readUsage(t, vendors.UsageQuery{Items: test.items, Days: oneDay(t)})
			if err != nil {
				t.Fatal(err)
			}
			want, asked := slices.Sorted(slices.Values(test.want)), askedFor(vendor, "itemCategory")
			slices.Sort(asked)
			if diff := cmp.Diff(want, asked); diff != "" {
				t.Errorf("categories asked for (-want +got):\n%s", diff)
			}
			if len(got.Items) != len(want) || !slices.IsSortedFunc(got.Items, compareItems) {
				t.Errorf("items %v", got.Items)
			}
			for _, item := range got.Items {
				if codes := codesOf(item.Name); !slices.Equal(codes, []string{item.Label}) {
					t.Errorf("%s has the usage of %s, want of %s", item.Name, item.Label, codes)
				}
			}
		})
	}
}

func codesOf(name string) []string {
	var codes []string
	for _, each := range categories {
		if each.name == name {
			codes = append(codes, each.code)
		}
	}
	return codes
}

// Whatever the API lets a user ask for has a code, and the other way round.
func TestUsageItemsAreThoseOfTheAPI(t *testing.T) {
	want := []v1alpha1.PolyvUsageItem{
		v1alpha1.PolyvDuration, v1alpha1.PolyvConcurrence, v1alpha1.PolyvMicDuration, v1alpha1.PolyvPptAnim,
		v1alpha1.PolyvGuideDuration, v1alpha1.PolyvPptComposite, v1alpha1.PolyvDistribute,
		v1alpha1.PolyvAiPPTVideoEnabled, v1alpha1.PolyvAiPPTVideoWithDigital,
		v1alpha1.PolyvAiAssistantEnabled, v1alpha1.PolyvAiSmartClipEnabled,
	}
	var got []v1alpha1.PolyvUsageItem
	for _, each := range categories {
		got = append(got, v1alpha1.PolyvUsageItem(each.name))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("items (-want +got):\n%s", diff)
	}
}

func TestUsageItemNobodyKnows(t *testing.T) {
	for _, name := range []string{"duration", "New", ""} {
		vendor := startVendor(t, vendortest.Always(reply{Body: listed()}))
		_, err := vendor.readUsage(t, vendors.UsageQuery{Items: []string{"Duration", name}, Days: oneDay(t)})
		vendortest.CheckFailure(t, err, vendors.Error{Kind: vendors.KindInvalidRequest, Op: vendors.OpUsage, Code: "UnknownUsageItem"})
		vendor.CheckCalls(t, 0)
	}
}

func TestUsageIsAskedByMonth(t *testing.T) {
	tests := map[string]struct {
		first, last string
		want        []string
	}{
		"within a month":          {"2026-11-01", "2026-11-20", []string{"2026-11-01 2026-11-20"}},
		"the last of a month":     {"2026-10-31", "2026-10-31", []string{"2026-10-31 2026-10-31"}},
		"over the end of a month": {"2026-10-23", "2026-11-21", []string{"2026-10-23 2026-10-31", "2026-11-01 2026-11-21"}},
		"over new year":           {"2026-12-31", "2027-01-01", []string{"2026-12-31 2026-12-31", "2027-01-01 2027-01-01"}},
		"over a whole month":      {"2027-01-31", "2027-03-01", []string{"2027-01-31 2027-01-31", "2027-02-01 2027-02-28", "2027-03-01 2027-03-01"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			vendor := startVendor(t, vendortest.Always(reply{Body: listed(detail("a", 1, "分钟"))}))
			days := vendors.DayRange{First: day(t, test.first), Last: day(t, test.last)}
			got, err := vendor.readUsage(t, vendors.UsageQuery{Items: []string{"Duration"}, Days: days})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, askedFor(vendor, "startDate", "endDate")); diff != "" {
				t.Errorf("days asked for (-want +got):\n%s", diff)
			}
			want := vendors.UsageReading{Days: days, Items: []vendors.UsageItem{{
				Name: "Duration", Label: "a", Unit: vendors.UnitMinutes,
				Amount: amount.FromInt(int64(len(test.want))), DataAsOf: days.Last,
			}}}
			if diff := cmp.Diff(want, got, equalDays); diff != "" {
				t.Errorf("reading (-want +got):\n%s", diff)
			}
		})
	}
}

// The months and the channels of concurrency are compared, not added up.
func TestPeakOfMonthsAndChannels(t *testing.T) {
	peaks := map[string]int{"2026-10-30 1": 4, "2026-11-01 1": 9, "2026-10-30 2": 8, "2026-11-01 2": 1}
	vendor := startVendor(t, func(call received) reply {
		return reply{Body: listed(detail("a", peaks[call.URL.Query().Get("startDate")+" "+call.URL.Query().Get("channelId")], "人"))}
	})
	got, err := vendor.readUsage(t, vendors.UsageQuery{
		Items: []string{"Concurrence"}, ChannelIDs: []string{"1", "2"},
		Days: vendors.DayRange{First: day(t, "2026-10-30"), Last: day(t, "2026-11-02")},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []line{{"Concurrence", "a", vendors.UnitVendor, "人", "9", true}}
	if diff := cmp.Diff(want, lines(got.Items)); diff != "" {
		t.Errorf("items (-want +got):\n%s", diff)
	}
	vendor.CheckCalls(t, 4)
}

func TestChannels(t *testing.T) {
	tests := map[string]struct {
		channels, want []string
		sum            string
	}{
		"none named, so all": {nil, []string{""}, "1"},
		"two":                {[]string{"2", "1"}, []string{"1", "2"}, "2"},
		"one named twice":    {[]string{"1", "1"}, []string{"1"}, "1"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			vendor := startVendor(t, vendortest.Always(reply{Body: listed(detail("a", 1, "分钟"))}))
			got, err := vendor.readUsage(t, vendors.UsageQuery{
				Items: []string{"Duration"}, ChannelIDs: test.channels, Days: oneDay(t),
			})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, askedFor(vendor, "channelId")); diff != "" {
				t.Errorf("channels asked for (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff([]line{{"Duration", "a", vendors.UnitMinutes, "", test.sum, false}}, lines(got.Items)); diff != "" {
				t.Errorf("items (-want +got):\n%s", diff)
			}
			for _, call := range vendor.Requests() {
				if _, sent := call.URL.Query()["channelId"]; sent == (test.channels == nil) {
					t.Errorf("channelId is sent: %t", sent)
				}
			}
		})
	}
}

// One category that fails must not leave the others as the whole answer.
func TestCategoryThatFails(t *testing.T) {
	vendor := startVendor(t, func(call received) reply {
		if call.URL.Query().Get("itemCategory") == "distribute" {
			return reply{Status: 400, Body: failing(400, nil, "账号未开启云分发功能")}
		}
		return reply{Body: listed(detail("a", 1, "分钟"))}
	})
	got, err := vendor.readUsage(t, vendors.UsageQuery{Days: oneDay(t)})
	vendortest.CheckFailure(t, err, vendors.Error{
		Kind: vendors.KindForbidden, Op: vendors.OpUsage, Code: "FeatureNotEnabled", RequestID: requestID,
	})
	if diff := cmp.Diff(vendors.UsageReading{}, got, equalDays); diff != "" {
		t.Errorf("a failure came with a reading (-want +got):\n%s", diff)
	}
}
