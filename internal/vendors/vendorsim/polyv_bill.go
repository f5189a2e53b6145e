// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// See https://polyv.gitbook.io/document/docs/live/api/uncategorized/huawei/digital-man-1/billinglist.
const polyvBillPageSize = 1000

// polyvFirstBill is the first month that has bills.
var polyvFirstBill = time.Date(2022, time.April, 1, 0, 0, 0, 0, beijing)

// PolyvIsolationZone is an isolated account of a group and its bill.
type PolyvIsolationZone struct {
	// UserID is what requests call isolationId.
	UserID string
	Bill   []PolyvBillRow
}

// PolyvBillRow is one row of a bill, field by field as it is sent. ItemConsumed
// is a quantity, never money.
type PolyvBillRow struct {
	UnionID string `json:"unionId"`
	// AccountPeriod is the month as YYYY-MM, though requests write YYYYMM.
	AccountPeriod string `json:"accountPeriod"`
	// Email and Memo are not documented, but in the sample, as null.
	Email            *string     `json:"email"`
	Memo             *string     `json:"memo"`
	Production       string      `json:"production"`
	Category         string      `json:"category"`
	ItemConsumed     json.Number `json:"itemConsumed"`
	ItemConsumedUnit string      `json:"itemConsumedUnit"`
	StatAt           string      `json:"statAt"`
	// TradeType is 1 for packages, 2 for the balance, 3 and 4 for adjustments that
	// charge and refund.
	TradeType int64 `json:"tradeType"`
}

func (p *Polyv) prepareBill(request polyvRequest, call *Call) (func() any, *polyvError) {
	month, failure := request.parameters.billMonth()
	if failure != nil {
		return nil, failure
	}
	zone, failure := request.zone()
	if failure != nil {
		return nil, failure
	}
	paging, failure := request.parameters.paging(polyvBillPageSize, call)
	if failure != nil {
		return nil, failure
	}
	call.Query = fmt.Sprintf("billingDate=%s isolationId=%s", month.Format("200601"), zone.UserID)
	return func() any { return cutPolyvPage(zone.bill(month), paging, p.injected) }, nil
}

func (p polyvParameters) billMonth() (time.Time, *polyvError) {
	month, failure := p.date("billingDate", "200601")
	if failure == nil && month.Before(polyvFirstBill) {
		failure = polyvBadParameter(polyvDateRange, "billingDate")
	}
	return month, failure
}

// zone finds the isolation zone, which is one of the group's own.
func (r polyvRequest) zone() (PolyvIsolationZone, *polyvError) {
	id, failure := r.parameters.required("isolationId")
	if failure != nil {
		return PolyvIsolationZone{}, failure
	}
	i := slices.IndexFunc(r.account.Zones, func(z PolyvIsolationZone) bool { return z.UserID == id })
	if i < 0 {
		return PolyvIsolationZone{}, polyvAccountNotFound()
	}
	return r.account.Zones[i], nil
}

// bill are the rows of one month.
func (z PolyvIsolationZone) bill(month time.Time) []PolyvBillRow {
	period := month.Format("2006-01")
	return slices.DeleteFunc(slices.Clone(z.Bill), func(row PolyvBillRow) bool { return row.AccountPeriod != period })
}
