// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"errors"
	"net/http"
)

func (v *Volcengine) routes(mux *http.ServeMux) {
	mux.HandleFunc("PUT "+ControlPrefix+ServiceVolcengine+"/rooms", v.putDay)
}

var errBadDay = errors.New(`the body is not a JSON object such as ` +
	`{"id":1795096013214780,"day":"20240401","viewers":10,"estimated":1.1,"postPaid":1.1,"prepaid":0}`)

// putDay sets the traffic of one day of a live room, in GB.
func (v *Volcengine) putDay(w http.ResponseWriter, r *http.Request) {
	var change struct {
		ID        int64        `json:"id"`
		Day       string       `json:"day"`
		Viewers   int64        `json:"viewers"`
		Estimated VolcengineGB `json:"estimated"`
		PostPaid  VolcengineGB `json:"postPaid"`
		Prepaid   VolcengineGB `json:"prepaid"`
	}
	if !readControl(r, &change) || change.ID == 0 || change.Day == "" {
		writeOutcome(w, errBadDay)
		return
	}
	writeOutcome(w, v.SetDay(change.ID, VolcengineDay{
		Day: change.Day, Viewers: change.Viewers,
		Estimated: change.Estimated, PostPaid: change.PostPaid, Prepaid: change.Prepaid,
	}))
}
