// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package tencent

import (
	"fmt"

	"github.com/quotawatch/quotawatch/internal/vendors"
)

// packagesAnswer is one page. The paging fields may be null, and there are
// answers in which all of them are zero beside rows, so none is relied on alone.
type packagesAnswer struct {
	Packages  *[]packageRow `json:"LivePackageInfoList"`
	BillMode  *int64        `json:"PackageBillMode"`
	TotalPage *int64        `json:"TotalPage"`
	TotalNum  *int64        `json:"TotalNum"`
}

// missing implements answer.
func (a *packagesAnswer) missing() string {
	if a.Packages == nil {
		return "LivePackageInfoList is missing"
	}
	for i, row := range *a.Packages {
		if field := row.missing(); field != "" {
			return fmt.Sprintf("row %d has no %s", i, field)
		}
	}
	return ""
}

// listing gathers the pages of one package type.
type listing struct {
	packages []vendors.Package
	// billMode is that of the first page.
	billMode *int64

	seen map[packageKey]struct{}
	// total is the largest number of rows the vendor spoke of, so that a list
	// which shrinks while it is read, and thereby hides a row between two pages,
	// is found short.
	total int64
}

type packageKey struct {
	kind int64
	id   string
}

func newListing() *listing {
	return &listing{seen: map[packageKey]struct{}{}}
}

// add takes a page over and reports whether it was the last one.
func (l *listing) add(page int, content *packagesAnswer) bool {
	if page == 1 {
		l.billMode = content.BillMode
	}
	if content.TotalNum != nil {
		l.total = max(l.total, *content.TotalNum)
	}
	rows := *content.Packages
	added := l.addRows(rows)
	ended := content.TotalPage != nil && *content.TotalPage > 0 && int64(page) >= *content.TotalPage
	return added == 0 || len(rows) < pageSize || ended
}

// addRows takes over the packages not seen yet and returns their number. A
// package bought between two pages pushes others from one page to the next.
func (l *listing) addRows(rows []packageRow) int {
	before := len(l.packages)
	for _, row := range rows {
		key := packageKey{kind: *row.Type, id: row.ID}
		if _, known := l.seen[key]; known {
			continue
		}
		l.seen[key] = struct{}{}
		l.packages = append(l.packages, row.toPackage())
	}
	return len(l.packages) - before
}

// checkComplete compares what was read with the vendor's own count. More than
// announced is a list that grew; a count of zero beside rows is usual.
func (l *listing) checkComplete() error {
	if read := int64(len(l.packages)); read < l.total {
		return malformed(vendors.OpPackages, codeIncompleteList,
			fmt.Sprintf("%d of %d packages were listed", read, l.total))
	}
	return nil
}
