// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"time"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
	"github.com/quotawatch/quotawatch/internal/forecast"
)

var runOutWording = wording{
	condition: v1alpha1.ConditionRunOutSoon,
	warning:   v1alpha1.ReasonRunningOutWarning, critical: v1alpha1.ReasonRunningOutCritical, clear: v1alpha1.ReasonNotRunningOut,
	found: "What is left lasts for less than allowed by", none: "No threshold for running out fires",
}

// judgeRunOut tests how long what is left lasts.
func (a *assessment) judgeRunOut() verdict {
	return a.judgeThresholds(runOutWording, testsRunOut, v1alpha1.FindingRunningOut, a.isRunningOut)
}

// isRunningOut tests when a row is forecast to run out. What fired before goes on
// firing until the time is clearly beyond the limit; to have run out, or not to
// know any more, is no reason to stop.
func (a *assessment) isRunningOut(t *v1alpha1.Threshold, r *row, fired bool) outcome {
	switch {
	case fired && (r.remaining.Sign() == 0 || !r.isForeseen()):
		return fires
	case r.remaining.Sign() == 0:
		return passes // that it is used up is for another condition to say
	case r.prospect == nil:
		return noForecast
	}
	said := a.compareRunOut(t, r, fired)
	// A guess raises no alarm, and is no reason to doubt what it agrees with.
	if !r.isForeseen() && (said == fires || !a.saysFine(v1alpha1.ConditionRunOutSoon)) {
		return noForecast
	}
	return said
}

// compareRunOut tests whether a row runs out within the threshold's time.
func (a *assessment) compareRunOut(t *v1alpha1.Threshold, r *row, fired bool) outcome {
	if r.prospect.runOut == nil {
		return passes
	}
	begins, margin := r.prospect.runOut.Add(-t.RunsOutWithin.Duration), time.Duration(0)
	if fired {
		margin = t.RunsOutWithin.Duration / 100 * hysteresisPercent
	}
	if !a.Now.Before(begins.Add(-margin)) {
		return fires
	}
	a.wakeAt(begins)
	return passes
}

// isForeseen tells whether there is a forecast that is more than a guess.
func (r *row) isForeseen() bool {
	return r.prospect != nil && r.prospect.burn.Confidence >= forecast.Medium
}
