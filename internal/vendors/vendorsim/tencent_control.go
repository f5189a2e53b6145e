// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"errors"
	"net/http"
)

func (t *Tencent) routes(mux *http.ServeMux) {
	mux.HandleFunc("PUT "+ControlPrefix+ServiceTencent+"/packages", t.putPackage)
}

var errBadPackage = errors.New(`the body is not a JSON object such as {"id":"281975","left":1000}`)

// putPackage changes what is left of one package.
func (t *Tencent) putPackage(w http.ResponseWriter, r *http.Request) {
	var change struct {
		ID   string `json:"id"`
		Left *int64 `json:"left"`
	}
	if !readControl(r, &change) || change.ID == "" || change.Left == nil {
		writeOutcome(w, errBadPackage)
		return
	}
	writeOutcome(w, t.SetLeft(change.ID, *change.Left))
}
