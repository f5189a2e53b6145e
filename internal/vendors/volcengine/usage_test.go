// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package volcengine

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quotawatch/quotawatch/internal/amount"
	"github.com/quotawatch/quotawatch/internal/vendors"
	"github.com/quotawatch/quotawatch/internal/vendors/vendortest"
)

// exactly compares days and amounts as they are.
var exactly = cmp.AllowUnexported(vendors.Day{})

func item(name, gigabytes, asOf string) vendors.UsageItem {
	return vendors.UsageItem{
		Name: name, Unit: vendors.UnitVendor, UnitLabel: "GB", Amount: amount.MustParse(gigabytes), DataAsOf: day(asOf),
	}
}

// room is a row of an answer.
func room(id, traffic any) fields {
	return fields{
		"ActivityId": id, "ActivityCreator": fields{"IsMainAccount": true}, "LiveUV": 10, "LiveTraffic": traffic,
	}
}

// activities are the IDs of live rooms from 1 to last.
func activities(last int) []string {
	list := []string{}
	for id := range last {
		list = append(list, strconv.Itoa(id+1))
	}
	return list
}

func readUsage(t *testing.T, query vendors.UsageQuery, result any) (vendors.UsageReading, error) {
	t.Helper()
	vendor := startVendor(t, vendortest.Always(reply{Body: content(result)}))
	return vendor.defaultAccount(t).Usage.ReadUsage(t.Context(), query)
}

// The answer that the vendor publishes on https://volcengine.com/docs/3019/1249425,
// with digits for the asterisks of the room's ID.
func TestPublishedAnswer(t *testing.T) {
	vendor := startVendor(t, vendortest.Always(reply{Body: vendortest.Testdata(t, "published.json")}))
	vendor.Clock.SetTime(clockTime(t, "2024-04-10T12:00:00Z"))
	query := vendors.UsageQuery{Days: days("2024-03-30", "2024-04-01"), ActivityIDs: []string{"1795096013214780"}}
	got, err := vendor.defaultAccount(t).Usage.ReadUsage(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	want := vendors.UsageReading{Days: query.Days, Items: []vendors.UsageItem{
		item("TrafficEstimated", "1.1", "2024-04-01"),
		item("TrafficPostpaid", "1.1", "2024-04-01"),
		item("TrafficPrepaid", "0", "2024-04-01"),
	}}
	if diff := cmp.Diff(want, got, exactly); diff != "" {
		t.Errorf("reading (-want +got):\n%s", diff)
	}
	asked := `{"StartDay":"20240330","EndDay":"20240401","ActivityIds":[1795096013214780]}`
	if diff := cmp.Diff(asked, string(vendor.Requests()[0].Body)); diff != "" {
		t.Errorf("question (-want +got):\n%s", diff)
	}
}

func TestQuestions(t *testing.T) {
	tests := map[string]struct {
		query vendors.UsageQuery
		want  []string
	}{
		"the main account, when nothing is named": {
			vendors.UsageQuery{},
			[]string{`"ActivityCreator":{"IsMainAccount":true}`},
		},
		"a sub-account": {
			vendors.UsageQuery{SubAccountName: "+8613800000000"},
			[]string{`"ActivityCreator":{"IsMainAccount":false,"SubAccountName":"+8613800000000"}`},
		},
		"a sub-account whose name needs escaping": {
			vendors.UsageQuery{SubAccountName: "张三 \"<&>\\"},
			[]string{`"ActivityCreator":{"IsMainAccount":false,"SubAccountName":"张三 \"\u003c\u0026\u003e\\"}`},
		},
		"live rooms, each once and in order": {
			vendors.UsageQuery{ActivityIDs: []string{"20", "3", "20", "100"}},
			[]string{`"ActivityIds":[3,20,100]`},
		},
		"live rooms above 2^53": {
			vendors.UsageQuery{ActivityIDs: []string{"9007199254740993", "9223372036854775807"}},
			[]string{`"ActivityIds":[9007199254740993,9223372036854775807]`},
		},
		"live rooms before a sub-account": {
			vendors.UsageQuery{ActivityIDs: []string{"1"}, SubAccountName: "sales"},
			[]string{`"ActivityIds":[1]`},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			vendor := startVendor(t, vendortest.Always(reply{Body: nothing}))
			test.query.Days = lastWeek().Days
			if _, err := vendor.defaultAccount(t).Usage.ReadUsage(t.Context(), test.query); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, call := range vendor.Requests() {
				got = append(got, string(call.Body))
			}
			for i := range test.want {
				test.want[i] = `{"StartDay":"20261114","EndDay":"20261120",` + test.want[i] + `}`
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("questions (-want +got):\n%s", diff)
			}
		})
	}
}

// Rooms are asked for by the hundred, and their traffic is added up.
func TestManyRooms(t *testing.T) {
	tests := map[string]struct {
		rooms     int
		wantCalls []int
		want      string
	}{
		"one":             {1, []int{1}, "1.5"},
		"a hundred":       {100, []int{100}, "5100"},
		"a hundred and 1": {101, []int{100, 1}, "5201.5"},
		"a thousand":      {1000, slices.Repeat([]int{100}, 10), "501000"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			vendor := startVendor(t, everyRoom)
			query := lastWeek()
			query.ActivityIDs = append(activities(test.rooms), "1") // one of them twice
			slices.Reverse(query.ActivityIDs)
			reading, err := vendor.defaultAccount(t).Usage.ReadUsage(t.Context(), query)
			if err != nil {
				t.Fatal(err)
			}
			want := []vendors.UsageItem{item("TrafficPostpaid", test.want, "2026-11-20")}
			if diff := cmp.Diff(want, reading.Items, exactly); diff != "" {
				t.Errorf("items (-want +got):\n%s", diff)
			}
			var sizes []int
			for _, call := range vendor.Requests() {
				sizes = append(sizes, len(question(call).ActivityIDs))
			}
			if diff := cmp.Diff(test.wantCalls, sizes); diff != "" {
				t.Errorf("rooms by call (-want +got):\n%s", diff)
			}
		})
	}
}

// everyRoom answers with traffic of half a gigabyte more than the room's ID.
func everyRoom(call received) reply {
	rows := []fields{}
	for _, id := range question(call).ActivityIDs {
		rows = append(rows, room(id, json.Number(fmt.Sprintf("%d.5", id))))
	}
	return reply{Body: content(fields{"ActualResult": rows})}
}

func TestOneFailedCallFailsTheReading(t *testing.T) {
	vendor := startVendor(t, vendortest.InTurn(t, reply{Body: nothing}, reply{Status: 500, Body: failing("InternalError")}))
	query := lastWeek()
	query.ActivityIDs = activities(300)
	reading, err := vendor.defaultAccount(t).Usage.ReadUsage(t.Context(), query)
	vendortest.CheckFailure(t, err, vendors.Error{
		Kind: vendors.KindUnavailable, Op: vendors.OpUsage, Code: "InternalError", RequestID: requestID,
	})
	if len(reading.Items) != 0 || len(vendor.Requests()) != 2 {
		t.Errorf("%d items after %d calls, want none after 2", len(reading.Items), len(vendor.Requests()))
	}
}

// A list that one of the answers lacks cannot be summed.
func TestListThatOneAnswerLacks(t *testing.T) {
	vendor := startVendor(t, vendortest.InTurn(t,
		reply{Body: content(fields{"EstimatedResult": []fields{room(1, 2)}, "ActualResult": []fields{room(1, 3)}, "ActualPrePayResult": []fields{}})},
		reply{Body: content(fields{"EstimatedResult": nil, "ActualResult": []fields{room(101, 4)}})}))
	query := lastWeek()
	query.ActivityIDs = activities(101)
	reading, err := vendor.defaultAccount(t).Usage.ReadUsage(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	want := []vendors.UsageItem{item("TrafficPostpaid", "7", "2026-11-20")}
	if diff := cmp.Diff(want, reading.Items, exactly); diff != "" {
		t.Errorf("items (-want +got):\n%s", diff)
	}
}

func TestLists(t *testing.T) {
	none := []fields{}
	rows := func(rows ...fields) []fields { return rows }
	tests := map[string]struct {
		result any
		want   []vendors.UsageItem
	}{
		"empty lists are zero": {
			fields{"EstimatedResult": none, "ActualResult": none, "ActualPrePayResult": none},
			[]vendors.UsageItem{
				item("TrafficEstimated", "0", "2026-11-20"),
				item("TrafficPostpaid", "0", "2026-11-20"),
				item("TrafficPrepaid", "0", "2026-11-20"),
			},
		},
		"null lists are not zero":   {fields{"EstimatedResult": nil, "ActualResult": nil, "ActualPrePayResult": nil}, nil},
		"absent lists are not zero": {fields{}, nil},
		"an absent list and a null one beside an empty one": {
			fields{"ActualResult": nil, "ActualPrePayResult": none},
			[]vendors.UsageItem{item("TrafficPrepaid", "0", "2026-11-20")},
		},
		"the lists are kept apart": {
			fields{
				"EstimatedResult":    rows(room(1, 10), room(2, 20)),
				"ActualResult":       rows(room(1, 1), room(2, 2)),
				"ActualPrePayResult": rows(room(1, 100)),
			},
			[]vendors.UsageItem{
				item("TrafficEstimated", "30", "2026-11-20"),
				item("TrafficPostpaid", "3", "2026-11-20"),
				item("TrafficPrepaid", "100", "2026-11-20"),
			},
		},
		"a row without LiveUV and creator": {
			fields{"EstimatedResult": rows(fields{"ActivityId": 1, "LiveTraffic": 1.5})},
			[]vendors.UsageItem{item("TrafficEstimated", "1.5", "2026-11-20")},
		},
		"other fields of any type": {
			fields{"EstimatedResult": rows(fields{"ActivityId": 1, "LiveTraffic": 1.5, "LiveUV": nil, "ActivityCreator": "x", "New": none})},
			[]vendors.UsageItem{item("TrafficEstimated", "1.5", "2026-11-20")},
		},
		"a room without traffic": {
			fields{"ActualResult": rows(room(1, 0), room(2, json.RawMessage("0.0")))},
			[]vendors.UsageItem{item("TrafficPostpaid", "0", "2026-11-20")},
		},
		"rooms above 2^53 that differ in the last digit": {
			fields{"ActualResult": rows(room(int64(9007199254740992), 1), room(int64(9007199254740993), 2))},
			[]vendors.UsageItem{item("TrafficPostpaid", "3", "2026-11-20")},
		},
		"a room that is listed twice alike": {
			fields{"ActualResult": rows(room(1, 1.5), room(2, 1), room(1, json.RawMessage("1.50")))},
			[]vendors.UsageItem{item("TrafficPostpaid", "2.5", "2026-11-20")},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := readUsage(t, lastWeek(), test.result)
			if err != nil {
				t.Fatal(err)
			}
			want := vendors.UsageReading{Days: lastWeek().Days, Items: test.want}
			if diff := cmp.Diff(want, got, exactly); diff != "" {
				t.Errorf("reading (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAmountsAreExact(t *testing.T) {
	tests := map[string]struct {
		traffic []string
		want    string
	}{
		"integers":                     {[]string{"1", "22"}, "23"},
		"tenths":                       {[]string{"0.1", "0.2"}, "0.3"},
		"a float's digits":             {[]string{"0.30000000000000004"}, "0.30000000000000004"},
		"digits beyond those shown":    {[]string{"0.0000000004", "0.0000000004", "0.0000000004"}, "0.0000000012"},
		"beyond what a float can hold": {[]string{"9007199254740993", "0.1"}, "9007199254740993.1"},
		"an exponent":                  {[]string{"1.5e3", "2E-3"}, "1500.002"},
		"text":                         {[]string{`"1.25"`}, "1.25"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			rows := []fields{}
			for id, traffic := range test.traffic {
				rows = append(rows, room(id+1, json.RawMessage(traffic)))
			}
			got, err := readUsage(t, lastWeek(), fields{"ActualPrePayResult": rows})
			if err != nil {
				t.Fatal(err)
			}
			want := []vendors.UsageItem{item("TrafficPrepaid", test.want, "2026-11-20")}
			if diff := cmp.Diff(want, got.Items, exactly); diff != "" {
				t.Errorf("items (-want +got):\n%s", diff)
			}
		})
	}
}

// With any of these rows a sum would be wrong, so they fail the reading.
func TestRowsThatCannotBeSummed(t *testing.T) {
	const notTyped = "a field is not of its type"
	tests := map[string]struct {
		rows []any
		want string
	}{
		"no ActivityId":                  {[]any{room(1, 1), fields{"LiveTraffic": 1}}, "TrafficPostpaid: row 1 has no ActivityId"},
		"a null ActivityId":              {[]any{room(nil, 1)}, "TrafficPostpaid: row 0 has no ActivityId"},
		"an ActivityId of text":          {[]any{room("1", 1)}, notTyped},
		"a fractional ActivityId":        {[]any{room(1.5, 1)}, notTyped},
		"an ActivityId above 2^63":       {[]any{room(json.RawMessage("9223372036854775808"), 1)}, notTyped},
		"no LiveTraffic":                 {[]any{fields{"ActivityId": 1}}, "TrafficPostpaid: row 0 has no LiveTraffic"},
		"a null LiveTraffic":             {[]any{room(1, nil)}, "TrafficPostpaid: row 0 has no LiveTraffic"},
		"a LiveTraffic of words":         {[]any{room(1, "plenty")}, notTyped},
		"an empty LiveTraffic":           {[]any{room(1, "")}, notTyped},
		"a LiveTraffic without bound":    {[]any{room(1, json.RawMessage("1e999999999"))}, notTyped},
		"a negative LiveTraffic":         {[]any{room(1, -0.5)}, "TrafficPostpaid: row 0 has a LiveTraffic below zero"},
		"a room twice, with other value": {[]any{room(1, 1), room(2, 1), room(1, 2)}, "TrafficPostpaid: row 2 contradicts an earlier one of its room"},
		"a room that was not asked for":  {[]any{room(1, 1), room(7, 1)}, "TrafficPostpaid: row 1 is of a room that was not asked for"},
		"a row that is null":             {[]any{nil}, "TrafficPostpaid: row 0 has no ActivityId"},
		"a row that is text":             {[]any{"x"}, notTyped},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			query := lastWeek()
			query.ActivityIDs = []string{"1", "2"}
			_, err := readUsage(t, query, fields{"ActualResult": test.rows})
			vendortest.CheckFailure(t, err, vendors.Error{
				Kind: vendors.KindMalformed, Op: vendors.OpUsage, Code: "IncompleteAnswer", RequestID: requestID,
			})
			if diff := cmp.Diff("usage: Malformed (IncompleteAnswer): "+test.want, err.Error()); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}

func TestEveryListIsChecked(t *testing.T) {
	lists := map[string]string{
		"EstimatedResult": "TrafficEstimated", "ActualResult": "TrafficPostpaid", "ActualPrePayResult": "TrafficPrepaid",
	}
	for list, name := range lists {
		_, err := readUsage(t, lastWeek(), fields{list: []fields{room(1, nil)}})
		want := "usage: Malformed (IncompleteAnswer): " + name + ": row 0 has no LiveTraffic"
		if err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// A room of the first hundred has no place in the answer about the second.
func TestRoomInTheWrongAnswer(t *testing.T) {
	vendor := startVendor(t, vendortest.Always(reply{Body: content(fields{"ActualResult": []fields{room(1, 1)}})}))
	query := lastWeek()
	query.ActivityIDs = activities(101)
	_, err := vendor.defaultAccount(t).Usage.ReadUsage(t.Context(), query)
	vendortest.CheckFailure(t, err, vendors.Error{
		Kind: vendors.KindMalformed, Op: vendors.OpUsage, Code: "IncompleteAnswer", RequestID: requestID,
	})
}

func TestQuestionsThatAreNotAsked(t *testing.T) {
	tests := map[string]struct {
		query vendors.UsageQuery
		want  string
	}{
		"an ID of letters":       {vendors.UsageQuery{Days: lastWeek().Days, ActivityIDs: []string{"1", "x"}}, "InvalidActivityID"},
		"an ID above 2^63":       {vendors.UsageQuery{Days: lastWeek().Days, ActivityIDs: []string{"9223372036854775808"}}, "InvalidActivityID"},
		"an ID of zero":          {vendors.UsageQuery{Days: lastWeek().Days, ActivityIDs: []string{"0"}}, "InvalidActivityID"},
		"an empty ID":            {vendors.UsageQuery{Days: lastWeek().Days, ActivityIDs: []string{""}}, "InvalidActivityID"},
		"today":                  {vendors.UsageQuery{Days: days("2026-11-22", "2026-11-22")}, "DaysOutOfRange"},
		"more than 31 days back": {vendors.UsageQuery{Days: days("2026-10-01", "2026-10-21")}, "DaysOutOfRange"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			vendor := startVendor(t, vendortest.Always(reply{Body: nothing}))
			_, err := vendor.defaultAccount(t).Usage.ReadUsage(t.Context(), test.query)
			vendortest.CheckFailure(t, err, vendors.Error{Kind: vendors.KindInvalidRequest, Op: vendors.OpUsage, Code: test.want})
			vendor.CheckCalls(t, 0)
		})
	}
}
