// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package polyv

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"strconv"
)

// maxPages bounds the calls for one list.
const maxPages = 1000

// The paging parameters.
const (
	paramPageNumber = "pageNumber"
	paramPageSize   = "pageSize"
)

// question is a list at the vendor, to be read page by page.
type question struct {
	op, path string
	// params are those beside the paging's; not nil.
	params map[string]string
	// pageSize is what to ask for; the vendor may give less, whatever it says.
	pageSize int
	// summed tells that the rows have no identity by which one that comes twice
	// would be noticed.
	summed bool
}

// row is an element of a list.
type row interface {
	// missing names a field without which the row cannot be used, or is empty.
	missing() string
}

// page is one page of a list. The numbers may be null, zero or wrong, so none is
// relied on alone.
type page[R row] struct {
	TotalPages scalarInt   `json:"totalPages"`
	TotalItems scalarInt   `json:"totalItems"`
	Contents   contents[R] `json:"contents"`
}

// contents are the rows of a page.
type contents[R row] struct {
	rows []R
	// digest stands for the text of the rows, which is compared but never kept.
	digest [sha256.Size]byte
}

// UnmarshalJSON implements json.Unmarshaler.
func (c *contents[R]) UnmarshalJSON(data []byte) error {
	c.digest = sha256.Sum256(data)
	return json.Unmarshal(data, &c.rows)
}

// missing implements answer. A list that is null is not an empty one.
func (p *page[R]) missing() string {
	if p.Contents.rows == nil {
		return "contents is missing"
	}
	for i, each := range p.Contents.rows {
		if field := each.missing(); field != "" {
			return fmt.Sprintf("row %d has no %s", i, field)
		}
	}
	return ""
}

// readAll reads every page of a list and hands each row to take, which tells
// whether the row is one that it did not know.
func readAll[R row](ctx context.Context, c *client, q question, take func(R) bool) error {
	list := listing[R]{question: q, take: take}
	for number := 1; number <= maxPages; number++ {
		var content page[R]
		if err := c.get(ctx, q.op, q.path, q.pageParams(number), &content); err != nil {
			return err
		}
		if err := list.checkUnchanged(content.TotalItems); err != nil {
			return err
		}
		if last := list.add(number, &content); last {
			return list.checkComplete()
		}
	}
	return malformed(q.op, codeTooManyPages, "the list does not end")
}

func (q question) pageParams(number int) map[string]string {
	params := maps.Clone(q.params)
	params[paramPageNumber] = strconv.Itoa(number)
	params[paramPageSize] = strconv.Itoa(q.pageSize)
	return params
}

// listing gathers the pages of one list.
type listing[R row] struct {
	question
	take func(R) bool

	// read is how many different rows there were.
	read int64
	// total is the largest number of rows the vendor spoke of, so that a list
	// which shrinks while it is read, and thereby hides a row between two pages,
	// is found short.
	total scalarInt
	// previous is the digest of the page before.
	previous [sha256.Size]byte
}

// add takes a page over and reports whether it was the last one. A page that is
// the same as the one before is that one, answered again in place of one beyond
// the end.
func (l *listing[R]) add(number int, content *page[R]) bool {
	l.total = max(l.total, content.TotalItems)
	if content.Contents.digest == l.previous {
		return true
	}
	l.previous = content.Contents.digest
	before := l.read
	for _, each := range content.Contents.rows {
		if l.take(each) {
			l.read++
		}
	}
	return l.read == before || l.ended(number, content)
}

// ended tells whether a page is surely the last one: by the number of pages and by
// that of the rows. Where the vendor tells neither, only a page without a new row
// is the end, because one that is not full may be as much as the vendor gives.
func (l *listing[R]) ended(number int, content *page[R]) bool {
	return int64(number) >= int64(content.TotalPages) && l.total > 0 && l.read >= int64(l.total)
}

// checkUnchanged refuses a list whose announced length changes from one page to
// the next while nobody can tell whether a row came twice.
func (l *listing[R]) checkUnchanged(total scalarInt) error {
	if !l.summed || l.total <= 0 || total <= 0 || total == l.total {
		return nil
	}
	return malformed(l.op, codeListChanged, "the list changed while it was read")
}

// checkComplete compares what was read with the vendor's own count. More than
// announced is a list that grew, or a count that nobody keeps.
func (l *listing[R]) checkComplete() error {
	if l.read < int64(l.total) {
		return malformed(l.op, codeIncompleteList, fmt.Sprintf("%d of %d rows were listed", l.read, l.total))
	}
	return nil
}
