// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"fmt"
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/polling"
	"github.com/quotawatch/quotawatch/internal/quota"
)

// plan returns the queries that answer the spec, as far as the account offers
// them, and a problem when it does not offer all.
func (r *QuotaWatchReconciler) plan(watch *v1alpha1.QuotaWatch, connection *Connection) ([]polling.Query, *quota.Problem) {
	problem := mismatch(&watch.Spec, connection.Vendor)
	if problem == nil {
		problem = unsupported(&watch.Spec, connection)
	}
	var queries []polling.Query
	if connection.Account.Packages != nil && watch.Spec.Packages != nil {
		queries = append(queries, r.packagesQuery(watch, connection))
	}
	if connection.Account.Usage != nil && watch.Spec.Usage != nil {
		queries = append(queries, r.usageQuery(watch, connection))
	}
	if connection.Account.Bills != nil && watch.Spec.Bill != nil && watch.Spec.Bill.Polyv != nil {
		queries = append(queries, r.billQueries(watch, connection)...)
	}
	return queries, problem
}

// held returns the time of a section's numbers, if they will do until the next
// slot: they answer the spec, were read with the present credential, and nothing
// kept the vendor from being asked since.
func (c *Connection) held(watch *v1alpha1.QuotaWatch, observedGeneration int64, lastSuccess metav1.Time) time.Time {
	blocked := slices.Contains(blockedReasons, reasonOf(watch.Status.Conditions, v1alpha1.ConditionReady))
	if observedGeneration != watch.Generation || c.CredentialChanged.After(lastSuccess.Time) || blocked {
		return time.Time{}
	}
	return lastSuccess.Time
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
		{"usage", spec.Usage != nil, connection.Account.Usage != nil},
		{"bill", spec.Bill != nil, connection.Account.Bills != nil},
	} {
		if reading.offered {
			offered = append(offered, reading.section)
		} else if reading.requested {
			missing = append(missing, reading.section)
		}
	}
	switch {
	case len(missing) > 0:
		return unsupportedReading(fmt.Sprintf("%s does not offer %s; it offers %s",
			connection.Description, strings.Join(missing, " and "), strings.Join(offered, " and ")))
	case spec.Bill != nil && spec.Bill.Polyv == nil:
		return unsupportedReading("A bill at Polyv is that of an isolation zone: set spec.bill.polyv.isolationID")
	default:
		return nil
	}
}

func unsupportedReading(message string) *quota.Problem {
	return &quota.Problem{Class: quota.Terminal, Reason: v1alpha1.ReasonUnsupportedReading, Message: message}
}
