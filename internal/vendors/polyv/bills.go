// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package polyv

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/quotawatch/quotawatch/internal/amount"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

const (
	// defaultIsolationBillPath is what the vendor's command line tool uses. The
	// documentation of the bill has no path.
	defaultIsolationBillPath = "/live/v4/group/isolation/billing/list"

	paramBillingDate = "billingDate"
	paramIsolationID = "isolationId"

	// billsPageSize is the most that the vendor accepts.
	billsPageSize = 1000

	// firstMonth is the earliest that the vendor answers.
	firstMonth = vendors.Month("2022-04")
)

// billReader sums up the bills of an isolation zone, per
// https://polyv.gitbook.io/document/docs/live/api/uncategorized/huawei/digital-man-1/billinglist.
// They hold quantities; what they cost is not told.
type billReader struct {
	client *client
	path   string
}

// ReadBills implements vendors.BillReader.
func (r *billReader) ReadBills(ctx context.Context, query vendors.BillQuery) (vendors.BillReading, error) {
	if failure := checkBillQuery(query); failure != nil {
		return vendors.BillReading{}, failure
	}
	var reading vendors.BillReading
	for _, month := range query.Months {
		bill, err := r.read(ctx, month, query.IsolationID)
		if err != nil {
			return vendors.BillReading{}, err
		}
		reading.Bills = append(reading.Bills, bill)
	}
	return reading, nil
}

// checkBillQuery refuses what the vendor would refuse, or worse, not refuse:
// without the zone, the answer could be the bill of the whole group.
func checkBillQuery(query vendors.BillQuery) *vendors.Error {
	if strings.TrimSpace(query.IsolationID) == "" {
		return invalidBill("NoIsolationID")
	}
	for _, month := range query.Months {
		if _, err := time.Parse(monthLayout, string(month)); err != nil || month < firstMonth {
			return invalidBill("MonthOutOfRange")
		}
	}
	return nil
}

// monthLayout is that of vendors.Month and of the vendor's answers; the questions
// are without the hyphen.
const monthLayout = "2006-01"

func invalidBill(code string) *vendors.Error {
	return &vendors.Error{Kind: vendors.KindInvalidRequest, Op: vendors.OpBill, Code: code}
}

// read sums up one month.
func (r *billReader) read(ctx context.Context, month vendors.Month, zone string) (vendors.Bill, error) {
	sums := monthSums{month: month, lines: map[lineKey]amount.Amount{}}
	err := readAll(ctx, r.client, question{
		op:   vendors.OpBill,
		path: r.path,
		params: map[string]string{
			paramBillingDate: strings.ReplaceAll(string(month), "-", ""),
			paramIsolationID: zone,
		},
		pageSize: billsPageSize,
		summed:   true,
	}, sums.add)
	switch {
	case err != nil:
		return vendors.Bill{}, err
	case sums.stray:
		return vendors.Bill{}, malformed(vendors.OpBill, codeWrongMonth, "a row is of another month")
	default:
		return sums.bill(), nil
	}
}

// billRow is one element of the list. Whose it is and what was noted on it has no
// place here.
type billRow struct {
	AccountPeriod scalarText     `json:"accountPeriod"`
	Production    scalarText     `json:"production"`
	Category      scalarText     `json:"category"`
	Consumed      *amount.Amount `json:"itemConsumed"`
	Unit          scalarText     `json:"itemConsumedUnit"`
	TradeType     scalarText     `json:"tradeType"`
}

// missing implements row.
func (r billRow) missing() string {
	switch {
	case r.AccountPeriod == "":
		return "accountPeriod"
	case r.Consumed == nil:
		return "itemConsumed"
	case r.TradeType == "":
		return "tradeType"
	}
	return ""
}

// categoryStorage is the vendor's word for storage.
const categoryStorage = "存储空间"

// perDay marks a quantity that was there on each of several days.
const perDay = "·day"

// unit returns what Consumed counts. Storage has a row for each day with what was
// stored on that day, so that the sum counts days as well.
func (r billRow) unit() (vendors.Unit, string) {
	if !strings.Contains(string(r.Category), categoryStorage) {
		return unitOf(r.Unit)
	}
	return vendors.UnitVendor, cmp.Or(label(r.Unit, maxUnitLabel-len(perDay)), unknownUnit) + perDay
}

// settlement reads tradeType.
func (r billRow) settlement() vendors.Settlement {
	switch r.TradeType {
	case "1":
		return vendors.SettlementPackage
	case "2":
		return vendors.SettlementBalance
	case "3":
		return vendors.SettlementSurchargeAdjustment
	case "4":
		return vendors.SettlementRefundAdjustment
	default:
		return vendors.SettlementUnknown
	}
}

// lineKey is what is added up apart.
type lineKey struct {
	product, category string
	settlement        vendors.Settlement
	unit              vendors.Unit
	unitLabel         string
}

// monthSums adds up the rows of one month.
type monthSums struct {
	month vendors.Month
	lines map[lineKey]amount.Amount
	// stray tells that there was a row of another month.
	stray bool
}

// add adds a row; it is always one that was not there before, as far as anybody
// can tell.
func (s *monthSums) add(each billRow) bool {
	key := lineKey{
		product:    label(each.Production, maxBillName),
		category:   label(each.Category, maxBillName),
		settlement: each.settlement(),
	}
	key.unit, key.unitLabel = each.unit()
	s.lines[key] = s.lines[key].Add(*each.Consumed)
	s.stray = s.stray || each.AccountPeriod != scalarText(s.month)
	return true
}

func (s *monthSums) bill() vendors.Bill {
	bill := vendors.Bill{Month: s.month}
	for key, sum := range s.lines {
		bill.Lines = append(bill.Lines, vendors.BillLine{
			Product:    key.product,
			Category:   key.category,
			Settlement: key.settlement,
			Unit:       key.unit,
			UnitLabel:  key.unitLabel,
			Quantity:   sum,
		})
	}
	slices.SortFunc(bill.Lines, compareLines)
	return bill
}

func compareLines(a, b vendors.BillLine) int {
	return cmp.Or(
		cmp.Compare(a.Product, b.Product),
		cmp.Compare(a.Category, b.Category),
		cmp.Compare(a.Settlement, b.Settlement),
		cmp.Compare(a.Unit, b.Unit),
		cmp.Compare(a.UnitLabel, b.UnitLabel),
	)
}
