// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"
)

// polyvUsagePageSize is the most rows that a page of usage ever has. No limit is
// published; whatever is asked for, the answer tells the size that it has.
const polyvUsagePageSize = 20

// polyvCategory is a value of itemCategory and the label that answers show
// instead, of
// https://polyv.gitbook.io/document/docs/live/api/v-4/user/bill/use_detail_list.
type polyvCategory struct{ code, label string }

var polyvCategories = []polyvCategory{
	{"duration", "直播分钟数"},
	{"concurrence", "直播并发"},
	{"mic_duration", "连麦分钟数"},
	{"ppt_anim", "PPT动效转码"},
	{"guide_duration", "导播台"},
	{"ppt_composite", "重制课件"},
	{"distribute", "云分发"},
	{"aiPPTVideoEnabled", "智能制课(不含数字人)"},
	{"aiPPTVideoWithDigital", "智能制课(含数字人)"},
	{"aiAssistantEnabled", "AI 助手答疑"},
	{"aiSmartClipEnabled", "智能裁剪"},
}

// polyvLabel is what answers call a category; empty for an unknown one.
func polyvLabel(code string) string {
	for _, category := range polyvCategories {
		if category.code == code {
			return category.label
		}
	}
	return ""
}

// PolyvUsageRow is one row of usage, field by field as it is sent. Times are
// Beijing time.
type PolyvUsageRow struct {
	// Category is the value of itemCategory by which the row is found. It is not
	// sent.
	Category   string `json:"-"`
	StatDate   string `json:"statDate"`
	Production string `json:"production"`
	// ItemCategory is the label of the category; empty means the usual one.
	ItemCategory string `json:"itemCategory"`
	ItemName     string `json:"itemName"`
	// ChannelID is null for what no channel used.
	ChannelID   *int64      `json:"channelId"`
	RecordID    string      `json:"recordId"`
	Consumed    json.Number `json:"consumed"`
	ConsumeUnit string      `json:"consumeUnit"`
	StartTime   string      `json:"startTime"`
	EndTime     string      `json:"endTime"`
	Remark      string      `json:"remark"`
	SessionID   string      `json:"sessionId"`
	AvgBitRate  string      `json:"avgBitRate"`
}

// polyvUsageQuery is a checked request for usage; channel is 0 for all of them.
type polyvUsageQuery struct {
	category    string
	first, last string
	channel     int64
}

func (p *Polyv) prepareUsage(request polyvRequest, call *Call) (func() any, *polyvError) {
	query, failure := request.usageQuery()
	if failure != nil {
		return nil, failure
	}
	paging, failure := request.parameters.paging(math.MaxInt32, call)
	if failure != nil {
		return nil, failure
	}
	paging.size = min(paging.size, polyvUsagePageSize)
	call.Query = query.String()
	return func() any { return cutPolyvPage(request.account.usage(query), paging, p.injected) }, nil
}

func (q polyvUsageQuery) String() string {
	text := fmt.Sprintf("itemCategory=%s startDate=%s endDate=%s", q.category, q.first, q.last)
	if q.channel != 0 {
		text += " channelId=" + strconv.FormatInt(q.channel, 10)
	}
	return text
}

func (r polyvRequest) usageQuery() (polyvUsageQuery, *polyvError) {
	category, failure := r.parameters.required("itemCategory")
	if failure != nil {
		return polyvUsageQuery{}, failure
	}
	if polyvLabel(category) == "" {
		return polyvUsageQuery{}, polyvBadParameter(polyvParamInvalid, "itemCategory")
	}
	first, last, failure := r.parameters.days()
	if failure != nil {
		return polyvUsageQuery{}, failure
	}
	channel, failure := r.channel()
	return polyvUsageQuery{category, first, last, channel}, failure
}

// days reads the range of days, which lies within one month.
func (p polyvParameters) days() (first, last string, failure *polyvError) {
	start, failure := p.date("startDate", time.DateOnly)
	if failure != nil {
		return "", "", failure
	}
	end, failure := p.date("endDate", time.DateOnly)
	if failure != nil {
		return "", "", failure
	}
	if end.Before(start) || start.Year() != end.Year() || start.Month() != end.Month() {
		return "", "", polyvBadParameter(polyvDateRange, "startDate, endDate")
	}
	return start.Format(time.DateOnly), end.Format(time.DateOnly), nil
}

// channel reads which channel is meant; it must be one of the account's.
func (r polyvRequest) channel() (int64, *polyvError) {
	id, failure := r.parameters.integer("channelId", 0, math.MaxInt32)
	if failure != nil || id == 0 {
		return 0, failure
	}
	if !r.account.hasChannel(id) {
		return 0, polyvIllegalChannel(id)
	}
	return id, nil
}

func (a PolyvAccount) hasChannel(id int64) bool {
	return slices.Contains(a.Channels, id) ||
		slices.ContainsFunc(a.Usage, func(row PolyvUsageRow) bool { return row.ChannelID != nil && *row.ChannelID == id })
}

// usage are the rows that a query is about.
func (a PolyvAccount) usage(query polyvUsageQuery) []PolyvUsageRow {
	rows := []PolyvUsageRow{}
	for _, row := range a.Usage {
		if !query.matches(row) {
			continue
		}
		if row.ItemCategory == "" {
			row.ItemCategory = polyvLabel(row.Category)
		}
		rows = append(rows, row)
	}
	return rows
}

// matches compares days as text, which their form allows.
func (q polyvUsageQuery) matches(row PolyvUsageRow) bool {
	return row.Category == q.category && q.first <= row.StatDate && row.StatDate <= q.last &&
		(q.channel == 0 || row.ChannelID != nil && *row.ChannelID == q.channel)
}
