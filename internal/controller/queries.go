// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/polling"
	"github.com/quotawatch/quotawatch/internal/quota"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

// closedBillInterval is how often the bills of closed months are read at most:
// they change by late adjustments only.
const closedBillInterval = 24 * time.Hour

// packagesQuery asks for the packages that the spec wants.
func (r *QuotaWatchReconciler) packagesQuery(watch *v1alpha1.QuotaWatch, connection *Connection) polling.Query {
	reader := connection.Account.Packages
	query := packageQuery(watch.Spec.Packages)
	q := polling.Query{
		Op:       vendors.OpPackages,
		Params:   params(query.Types, query.Emails),
		Interval: r.atLeast(watch.GetInterval()),
		Ask:      func(ctx context.Context) (any, error) { return reader.ReadPackages(ctx, query) },
	}
	if section := watch.Status.Packages; section != nil {
		q.Held = connection.held(watch, section.ObservedGeneration, section.LastSuccessTime)
	}
	return q
}

// packageQuery is what the spec wants to know, in an order that makes equal
// questions one.
func packageQuery(spec *v1alpha1.PackagesReading) vendors.PackageQuery {
	var query vendors.PackageQuery
	if spec.TencentCloud != nil {
		query.Types = sorted(spec.TencentCloud.Types)
	}
	if spec.Polyv != nil {
		query.Emails = sorted(spec.Polyv.Emails)
	}
	return query
}

// usageQuery asks for the usage that the spec wants.
func (r *QuotaWatchReconciler) usageQuery(watch *v1alpha1.QuotaWatch, connection *Connection) polling.Query {
	spec := watch.Spec.Usage
	query := usageQuery(spec)
	q := polling.Query{
		Op: vendors.OpUsage,
		Params: params([]string{string(spec.GetWindow())}, query.Items, query.ChannelIDs, query.ActivityIDs,
			[]string{query.SubAccountName.Reveal()}),
		Interval: r.atLeast(spec.GetInterval()),
		Ask: func(ctx context.Context) (any, error) {
			return readUsage(ctx, connection.Account, query, quota.UsageDays(spec.GetWindow(), r.Clock.Now()))
		},
	}
	if section := watch.Status.Usage; section != nil {
		q.Held = connection.held(watch, section.ObservedGeneration, section.LastSuccessTime)
	}
	return q
}

// readUsage reads the usage of the days. On the first of a month the month to
// date has no complete day: then there is nothing to ask but whether the
// credential still works.
func readUsage(ctx context.Context, account *vendors.Account, query vendors.UsageQuery, days vendors.DayRange) (any, error) {
	if days.Empty() {
		return vendors.UsageReading{Days: days}, account.Verifier.Verify(ctx)
	}
	query.Days = days
	return account.Usage.ReadUsage(ctx, query)
}

// usageQuery is what the spec wants to know, but for the days.
func usageQuery(spec *v1alpha1.UsageReading) vendors.UsageQuery {
	var query vendors.UsageQuery
	if spec.Polyv != nil {
		query.Items = sorted(spec.Polyv.Items)
		query.ChannelIDs = sorted(spec.Polyv.ChannelIDs)
	}
	if spec.Volcengine != nil {
		query.ActivityIDs = sorted(spec.Volcengine.ActivityIDs)
		if creator := spec.Volcengine.Creator; creator != nil {
			query.SubAccountName = vendors.Secret(creator.SubAccountName)
		}
	}
	return query
}

// billQueries ask for the running month's bill, and more seldom for those of the
// closed months before it.
func (r *QuotaWatchReconciler) billQueries(watch *v1alpha1.QuotaWatch, connection *Connection) []polling.Query {
	spec, held := watch.Spec.Bill, watch.Status.Bill
	running := r.billQuery(watch, connection, vendors.OpBill, r.atLeast(spec.GetInterval()), 0, 1)
	if held != nil {
		running.Held = connection.held(watch, held.ObservedGeneration, held.LastSuccessTime)
	}
	months := int(spec.GetMonths()) - 1
	if months == 0 {
		return []polling.Query{running}
	}
	closed := r.billQuery(watch, connection, vendors.OpClosedBills, max(running.Interval, closedBillInterval), 1, months)
	closed.RetryInterval = running.Interval // a failure shows in the watch, which is to recover as soon as the spec says
	if held != nil && held.ClosedMonths != nil {
		closed.Held = connection.held(watch, held.ClosedMonths.ObservedGeneration, held.ClosedMonths.LastSuccessTime)
		closed.HeldFailed = held.ClosedMonths.LastError != nil
	}
	return []polling.Query{running, closed}
}

// billQuery asks for the bills of count months, of which the latest is so many
// months before the running one.
func (r *QuotaWatchReconciler) billQuery(
	watch *v1alpha1.QuotaWatch, connection *Connection, op string, interval time.Duration, before, count int,
) polling.Query {
	isolationID := watch.Spec.Bill.Polyv.IsolationID
	return polling.Query{
		Op:       op,
		Params:   params([]string{isolationID, strconv.Itoa(count)}),
		Interval: interval,
		Ask: func(ctx context.Context) (any, error) {
			months := quota.BillMonths(r.Clock.Now(), before, count)
			return connection.Account.Bills.ReadBills(ctx, vendors.BillQuery{Months: months, IsolationID: isolationID})
		},
	}
}

// atLeast raises an interval to the operator's least.
func (r *QuotaWatchReconciler) atLeast(interval time.Duration) time.Duration {
	return max(interval, r.MinInterval)
}

// sorted returns the elements as sorted strings.
func sorted[T ~string](elements []T) []string {
	var texts []string
	for _, e := range elements {
		texts = append(texts, string(e))
	}
	slices.Sort(texts)
	return texts
}

// params tells questions apart by their lists of parameters.
func params(lists ...[]string) string {
	var texts []string
	for _, list := range lists {
		texts = append(texts, strings.Join(list, ","))
	}
	return strings.Join(texts, ";")
}
