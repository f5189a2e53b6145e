// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/polling"
	"github.com/quotawatch/quotawatch/internal/quota"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

// plan returns the queries that answer the spec, as far as the vendor offers
// them, and a problem when it does not offer all.
func (r *QuotaWatchReconciler) plan(watch *v1alpha1.QuotaWatch, connection *Connection) ([]polling.Query, *quota.Problem) {
	var queries []polling.Query
	problem := mismatch(&watch.Spec, connection.Vendor)
	if problem == nil {
		problem = unsupported(&watch.Spec, connection)
	}
	if watch.Spec.Packages != nil && connection.Account.Packages != nil {
		queries = append(queries, r.packagesQuery(watch, connection.Account.Packages))
	}
	return queries, problem
}

// packagesQuery asks for the packages that the spec wants.
func (r *QuotaWatchReconciler) packagesQuery(watch *v1alpha1.QuotaWatch, reader vendors.PackageReader) polling.Query {
	query := vendors.PackageQuery{Types: packageTypes(watch.Spec.Packages)}
	return polling.Query{
		Op:       vendors.OpPackages,
		Params:   strings.Join(query.Types, ","),
		Interval: r.interval(watch),
		Held:     heldPackages(watch),
		Ask:      func(ctx context.Context) (any, error) { return reader.ReadPackages(ctx, query) },
	}
}

// heldPackages returns the time of the numbers in the status, if they will do
// until the next slot: they answer the spec, and nothing kept the vendor from
// being asked since.
func heldPackages(watch *v1alpha1.QuotaWatch) time.Time {
	if !quota.Answers(&watch.Status, watch.Generation) || slices.Contains(blockedReasons, reasonOf(watch.Status.Conditions, v1alpha1.ConditionReady)) {
		return time.Time{}
	}
	return watch.Status.Packages.LastSuccessTime.Time
}

// blockedReasons are the reasons of Ready for which the vendor is not asked.
var blockedReasons = []string{
	v1alpha1.ReasonAccountNotFound,
	v1alpha1.ReasonAccountNotReady,
	v1alpha1.ReasonSecretNotFound,
	v1alpha1.ReasonSecretKeyMissing,
	v1alpha1.ReasonSuspended,
	v1alpha1.ReasonAccountSuspended,
}

// packageTypes returns the types asked for, sorted so that equal questions are
// one.
func packageTypes(spec *v1alpha1.PackagesReading) []string {
	if spec.TencentCloud == nil {
		return nil
	}
	types := make([]string, 0, len(spec.TencentCloud.Types))
	for _, t := range spec.TencentCloud.Types {
		types = append(types, string(t))
	}
	slices.Sort(types)
	return types
}

// mismatch finds members of the spec that are for another vendor.
func mismatch(spec *v1alpha1.QuotaWatchSpec, vendor v1alpha1.Vendor) *quota.Problem {
	var wrong []string
	for _, member := range members(spec) {
		if member.set && member.vendor != vendor {
			wrong = append(wrong, member.path)
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	return &quota.Problem{
		Class:   quota.Terminal,
		Reason:  v1alpha1.ReasonVendorMismatch,
		Message: fmt.Sprintf("The account is at %s; remove %s", vendor, strings.Join(wrong, ", ")),
	}
}

// member is a part of the spec that is for one vendor only.
type member struct {
	path   string
	vendor v1alpha1.Vendor
	set    bool
}

func members(spec *v1alpha1.QuotaWatchSpec) []member {
	var all []member
	if p := spec.Packages; p != nil {
		all = append(all,
			member{"spec.packages.polyv", v1alpha1.VendorPolyv, p.Polyv != nil},
			member{"spec.packages.tencentCloud", v1alpha1.VendorTencentCloud, p.TencentCloud != nil})
	}
	if u := spec.Usage; u != nil {
		all = append(all,
			member{"spec.usage.polyv", v1alpha1.VendorPolyv, u.Polyv != nil},
			member{"spec.usage.volcengine", v1alpha1.VendorVolcengine, u.Volcengine != nil})
	}
	if b := spec.Bill; b != nil {
		all = append(all, member{"spec.bill.polyv", v1alpha1.VendorPolyv, b.Polyv != nil})
	}
	return all
}

// unsupported finds readings that the account does not offer.
func unsupported(spec *v1alpha1.QuotaWatchSpec, connection *Connection) *quota.Problem {
	var missing, offered []string
	for _, reading := range []struct {
		section            string
		requested, offered bool
	}{
		{"packages", spec.Packages != nil, connection.Account.Packages != nil},
		{"usage", spec.Usage != nil, false},
		{"bill", spec.Bill != nil, false},
	} {
		switch {
		case reading.offered:
			offered = append(offered, reading.section)
		case reading.requested:
			missing = append(missing, reading.section)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return &quota.Problem{
		Class:  quota.Terminal,
		Reason: v1alpha1.ReasonUnsupportedReading,
		Message: fmt.Sprintf("This version cannot read %s from %s; it can read %s",
			strings.Join(missing, " and "), connection.Vendor, strings.Join(offered, " and ")),
	}
}
