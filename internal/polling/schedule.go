// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package polling

import (
	"container/heap"
	"time"
)

// alarm is something to be done at a certain time.
type alarm struct {
	due   time.Time
	index int // in the schedule; -1 when not in it
	ring  func(now time.Time)
}

func newAlarm(ring func(now time.Time)) alarm { return alarm{index: -1, ring: ring} }

// schedule is a heap of alarms, the one due first on top.
type schedule []*alarm

func (s schedule) Len() int           { return len(s) }
func (s schedule) Less(i, j int) bool { return s[i].due.Before(s[j].due) }
func (s schedule) Swap(i, j int) {
	s[i], s[j] = s[j], s[i]
	s[i].index, s[j].index = i, j
}

// Push implements heap.Interface.
func (s *schedule) Push(x any) {
	a := x.(*alarm) //nolint:forcetypeassert // only alarms are pushed
	a.index = len(*s)
	*s = append(*s, a)
}

// Pop implements heap.Interface.
func (s *schedule) Pop() any {
	old := *s
	a := old[len(old)-1]
	old[len(old)-1] = nil
	*s = old[:len(old)-1]
	a.index = -1
	return a
}

// set puts a into the schedule at due, or moves it there.
func (s *schedule) set(a *alarm, due time.Time) {
	a.due = due
	if a.index < 0 {
		heap.Push(s, a)
		return
	}
	heap.Fix(s, a.index)
}

// remove takes a out, if it is in.
func (s *schedule) remove(a *alarm) {
	if a.index >= 0 {
		heap.Remove(s, a.index)
	}
}

// next returns the alarm that is due first, or nil.
func (s schedule) next() *alarm {
	if len(s) == 0 {
		return nil
	}
	return s[0]
}
