// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package polling

import (
	"container/heap"
	"time"
)

// schedule is a heap of waiting queries, the one due first on top.
type schedule []*query

func (s schedule) Len() int           { return len(s) }
func (s schedule) Less(i, j int) bool { return s[i].due.Before(s[j].due) }
func (s schedule) Swap(i, j int) {
	s[i], s[j] = s[j], s[i]
	s[i].index, s[j].index = i, j
}

// Push implements heap.Interface.
func (s *schedule) Push(x any) {
	q := x.(*query) //nolint:forcetypeassert // only queries are pushed
	q.index = len(*s)
	*s = append(*s, q)
}

// Pop implements heap.Interface.
func (s *schedule) Pop() any {
	old := *s
	q := old[len(old)-1]
	old[len(old)-1] = nil
	*s = old[:len(old)-1]
	q.index = -1
	return q
}

// set puts q into the schedule at due, or moves it there.
func (s *schedule) set(q *query, due time.Time) {
	q.due, q.answer.Next = due, due
	if q.index < 0 {
		heap.Push(s, q)
		return
	}
	heap.Fix(s, q.index)
}

// remove takes q out, if it is in.
func (s *schedule) remove(q *query) {
	if q.index >= 0 {
		heap.Remove(s, q.index)
	}
}

// next returns the query that is due first, or nil.
func (s schedule) next() *query {
	if len(s) == 0 {
		return nil
	}
	return s[0]
}
