// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package polyv

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/quotawatch/quotawatch/internal/vendors"
)

const (
	pathPackages = "/live/v4/group/user/package-validity/list"

	paramEmails = "emails"

	// packagesPageSize and maxEmails are the most that the vendor accepts.
	packagesPageSize = 50
	maxEmails        = 100
)

// packageReader reads what is left to the sub-accounts of a group, per
// https://polyv.gitbook.io/document/docs/live/api/uncategorized/huawei/digital-man-1/packagelist.
// The vendor leaves out what has expired, and does not tell what was bought.
type packageReader struct {
	client *client
}

// ReadPackages implements vendors.PackageReader.
func (r *packageReader) ReadPackages(
	ctx context.Context, query vendors.PackageQuery,
) (vendors.PackageReading, error) {
	emails, failure := distinctEmails(query.Emails)
	if failure != nil {
		return vendors.PackageReading{}, failure
	}
	group := newRoster(emails, r.client.now())
	for _, filter := range emailFilters(emails) {
		if err := r.list(ctx, filter, group); err != nil {
			return vendors.PackageReading{}, err
		}
	}
	return vendors.PackageReading{Packages: group.packages, NotFound: group.notFound()}, nil
}

// distinctEmails returns each address once, whatever its case. What would ask for
// other sub-accounts than it says, or for all of them, is refused.
func distinctEmails(emails []string) ([]string, *vendors.Error) {
	var distinct []string
	known := map[emailDigest]bool{}
	for _, email := range emails {
		if strings.TrimSpace(email) == "" || strings.Contains(email, ",") {
			return nil, &vendors.Error{
				Kind: vendors.KindInvalidRequest, Op: vendors.OpPackages, Code: "InvalidEmail",
			}
		}
		if digest := digestOf(email); !known[digest] {
			known[digest] = true
			distinct = append(distinct, email)
		}
	}
	return distinct, nil
}

// emailFilters returns the emails parameter of each list to ask for. Without an
// address it is one list without a filter.
func emailFilters(emails []string) []string {
	if len(emails) == 0 {
		return []string{""}
	}
	var filters []string
	for chunk := range slices.Chunk(emails, maxEmails) {
		filters = append(filters, strings.Join(chunk, ","))
	}
	return filters
}

// list reads the sub-accounts that the filter selects into group.
func (r *packageReader) list(ctx context.Context, filter string, group *roster) error {
	listed := map[scalarText]bool{}
	return readAll(ctx, r.client, question{
		op:       vendors.OpPackages,
		path:     pathPackages,
		params:   map[string]string{paramEmails: filter},
		pageSize: packagesPageSize,
	}, func(account subAccount) bool {
		if listed[account.UserID] {
			return false // pushed from one page to the next
		}
		listed[account.UserID] = true
		group.add(account)
		return true
	})
}

// roster gathers the sub-accounts of a group.
type roster struct {
	now time.Time
	// found tells for each address asked for whether it is a sub-account's; it is
	// empty when all sub-accounts are asked for.
	found map[emailDigest]bool

	packages []vendors.Package
	known    map[scalarText]bool
}

func newRoster(emails []string, now time.Time) *roster {
	group := &roster{now: now, found: map[emailDigest]bool{}, known: map[scalarText]bool{}}
	for _, email := range emails {
		group.found[digestOf(email)] = false
	}
	return group
}

// add takes over the packages of a sub-account, once. One that was not asked for
// does not count: what the vendor does about addresses that it does not know is
// not documented, and could be to leave out the filter.
func (g *roster) add(account subAccount) {
	if len(g.found) > 0 && account.Email != (emailDigest{}) {
		if _, asked := g.found[account.Email]; !asked {
			return
		}
		g.found[account.Email] = true
	}
	if g.known[account.UserID] {
		return
	}
	g.known[account.UserID] = true
	g.packages = append(g.packages, account.packages(g.now)...)
}

// notFound returns how many of the addresses asked for are no sub-account's.
func (g *roster) notFound() int {
	missing := 0
	for _, found := range g.found {
		if !found {
			missing++
		}
	}
	return missing
}
