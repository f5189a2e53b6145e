// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import "time"

// ProblemClass says who can end a problem.
type ProblemClass int

const (
	// Suspension was asked for: everything stays as it is.
	Suspension ProblemClass = iota
	// Missing is something that tools often bring a little later than the
	// object that refers to it, so it counts as stalled only after a while.
	Missing
	// Terminal needs a person, from the start.
	Terminal
)

// grace is how long something may be missing, or a new credential refused,
// before that needs a person.
const grace = 5 * time.Minute

// Problem is a reason why the vendor cannot be asked.
type Problem struct {
	Class ProblemClass
	// OtherSecret tells that the Secret at fault is not the credential's.
	OtherSecret bool
	// Reason is one of the reasons of v1alpha1.ConditionReady.
	Reason string
	// Message tells a user what to do. It holds nothing that changes from one
	// reconcile to the next, and nothing secret.
	Message string
}
