// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package polyv

import (
	"cmp"
	"context"
	"slices"

	"github.com/quotawatch/quotawatch/internal/amount"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

const (
	pathUsage = "/live/v4/channel/use-detail/list"

	paramItemCategory = "itemCategory"
	paramStartDate    = "startDate"
	paramEndDate      = "endDate"
	paramChannelID    = "channelId"

	// usagePageSize is a guess, because the vendor does not publish how many rows
	// it gives at most; it tells in each answer.
	usagePageSize = 100
)

// The categories that are named in more than one place.
const (
	codeDuration    = "duration"
	itemConcurrence = "Concurrence"
)

// category is a kind of usage.
type category struct {
	// name is that of v1alpha1.PolyvUsageItem, code the vendor's.
	name, code string
}

// categories are all that the vendor documents.
var categories = []category{
	{"Duration", codeDuration},
	{itemConcurrence, "concurrence"},
	{"MicDuration", "mic_duration"},
	{"PptAnim", "ppt_anim"},
	{"GuideDuration", "guide_duration"},
	{"PptComposite", "ppt_composite"},
	{"Distribute", "distribute"},
	{"AiPPTVideoEnabled", "aiPPTVideoEnabled"},
	{"AiPPTVideoWithDigital", "aiPPTVideoWithDigital"},
	{"AiAssistantEnabled", "aiAssistantEnabled"},
	{"AiSmartClipEnabled", "aiSmartClipEnabled"},
}

// selectCategories returns the categories of these names, each once; all of them
// when no name is given.
func selectCategories(names []string) ([]category, *vendors.Error) {
	if len(names) == 0 {
		return categories, nil
	}
	var selected []category
	for _, name := range slices.Compact(slices.Sorted(slices.Values(names))) {
		place := slices.IndexFunc(categories, func(each category) bool { return each.name == name })
		if place < 0 {
			return nil, &vendors.Error{
				Kind: vendors.KindInvalidRequest, Op: vendors.OpUsage, Code: "UnknownUsageItem",
			}
		}
		selected = append(selected, categories[place])
	}
	return selected, nil
}

// usageReader sums the details of what an account used, per
// https://polyv.gitbook.io/document/docs/live/api/v-4/user/bill/use_detail_list.
type usageReader struct {
	client *client
}

// ReadUsage implements vendors.UsageReader. The vendor does not tell how late the
// details are; its related statistics lag a day or two behind, so the last days
// may still grow, whatever DataAsOf says.
func (r *usageReader) ReadUsage(ctx context.Context, query vendors.UsageQuery) (vendors.UsageReading, error) {
	selected, failure := selectCategories(query.Items)
	if failure != nil {
		return vendors.UsageReading{}, failure
	}
	sums := usageSums{}
	for _, list := range usageLists(selected, query) {
		if err := r.list(ctx, list, sums); err != nil {
			return vendors.UsageReading{}, err
		}
	}
	return vendors.UsageReading{
		Days: query.Days, Items: sums.items(query.Days.Last), Unused: sums.unused(selected),
	}, nil
}

// usageList is one list of details to ask for.
type usageList struct {
	category
	days    vendors.DayRange
	channel string
}

// usageLists returns the lists that answer query: the vendor takes one category,
// one channel and one calendar month at a time. A channel named twice would count
// twice.
func usageLists(selected []category, query vendors.UsageQuery) []usageList {
	channelIDs := slices.Compact(slices.Sorted(slices.Values(query.ChannelIDs)))
	if len(channelIDs) == 0 {
		channelIDs = []string{""} // no filter
	}
	var lists []usageList
	for _, each := range selected {
		for _, days := range query.Days.ByMonth() {
			for _, channel := range channelIDs {
				lists = append(lists, usageList{each, days, channel})
			}
		}
	}
	return lists
}

// list adds up the rows of one list.
func (r *usageReader) list(ctx context.Context, list usageList, sums usageSums) error {
	return readAll(ctx, r.client, question{
		op:   vendors.OpUsage,
		path: pathUsage,
		params: map[string]string{
			paramItemCategory: list.code,
			paramStartDate:    list.days.First.String(),
			paramEndDate:      list.days.Last.String(),
			paramChannelID:    list.channel,
		},
		pageSize: usagePageSize,
		summed:   true,
	}, func(detail usageRow) bool {
		sums.add(list.name, detail)
		return true
	})
}

// usageRow is one element of the list. Whose channel and session it was has no
// place here. Nor has the category: it comes back in words, so the rows belong to
// the one that was asked for.
type usageRow struct {
	ItemName    scalarText     `json:"itemName"`
	Consumed    *amount.Amount `json:"consumed"`
	ConsumeUnit scalarText     `json:"consumeUnit"`
}

// missing implements row.
func (r usageRow) missing() string {
	if r.Consumed == nil {
		return "consumed"
	}
	return ""
}

// usageKey is what is added up apart.
type usageKey struct {
	name      string
	unit      vendors.Unit
	unitLabel string
	label     string
}

type usageSums map[usageKey]amount.Amount

func (s usageSums) add(name string, detail usageRow) {
	key := usageKey{name: name, label: label(detail.ItemName, maxItemName)}
	key.unit, key.unitLabel = unitOf(detail.ConsumeUnit)
	sum, known := s[key]
	switch {
	case name != itemConcurrence:
		s[key] = sum.Add(*detail.Consumed)
	case !known || sum.Cmp(*detail.Consumed) < 0:
		s[key] = *detail.Consumed
	}
}

func (s usageSums) items(last vendors.Day) []vendors.UsageItem {
	var items []vendors.UsageItem
	for key, sum := range s {
		items = append(items, vendors.UsageItem{
			Name:      key.name,
			Label:     key.label,
			Unit:      key.unit,
			UnitLabel: key.unitLabel,
			Amount:    sum,
			Peak:      key.name == itemConcurrence,
			DataAsOf:  last,
		})
	}
	slices.SortFunc(items, compareItems)
	return items
}

// unused returns the names of the categories that have no row.
func (s usageSums) unused(selected []category) []string {
	used := map[string]bool{}
	for key := range s {
		used[key.name] = true
	}
	var names []string
	for _, each := range selected {
		if !used[each.name] {
			names = append(names, each.name)
		}
	}
	slices.Sort(names)
	return names
}

func compareItems(a, b vendors.UsageItem) int {
	return cmp.Or(
		cmp.Compare(a.Name, b.Name),
		cmp.Compare(a.Unit, b.Unit),
		cmp.Compare(a.UnitLabel, b.UnitLabel),
		cmp.Compare(a.Label, b.Label),
	)
}
