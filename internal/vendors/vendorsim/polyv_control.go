// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"errors"
	"net/http"
)

func (p *Polyv) routes(mux *http.ServeMux) {
	mux.HandleFunc("PUT "+ControlPrefix+ServicePolyv+"/resources", p.putResource)
}

var errBadResource = errors.New(`the body is not a JSON object such as {"userId":"` + ExamplePolyvSubAccountID +
	`","resource":"minutes","available":5}`)

// putResource changes what is available of one resource of a sub-account.
func (p *Polyv) putResource(w http.ResponseWriter, r *http.Request) {
	var change struct {
		UserID    string `json:"userId"`
		Resource  string `json:"resource"`
		Available *int64 `json:"available"`
	}
	if !readControl(r, &change) || change.UserID == "" || change.Resource == "" || change.Available == nil {
		writeOutcome(w, errBadResource)
		return
	}
	writeOutcome(w, p.SetAvailable(change.UserID, change.Resource, *change.Available))
}
