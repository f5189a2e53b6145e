// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
)

const (
	// ControlPrefix begins the paths by which the simulator itself is steered,
	// under any Host. There is no authentication.
	ControlPrefix = "/-/sim/"
	// HealthPath answers 200 while the simulator runs.
	HealthPath = "/healthz"
)

func (s *Simulator) newControl() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+HealthPath, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusOK)
	})
	mux.HandleFunc("GET "+ControlPrefix+"state", s.getState)
	mux.HandleFunc("PUT "+ControlPrefix+"faults/{service}/{name}", s.putFault)
	mux.HandleFunc("DELETE "+ControlPrefix+"faults/{service}/{name}", s.deleteFault)
	for _, target := range s.services {
		target.routes(mux)
	}
	return mux
}

type state struct {
	Scenario string         `json:"scenario"`
	Services []serviceState `json:"services"`
}

type serviceState struct {
	Name   string      `json:"name"`
	Hosts  []string    `json:"hosts"`
	Calls  []callCount `json:"calls"`
	Faults []Fault     `json:"faults"`
}

func (s *Simulator) getState(w http.ResponseWriter, _ *http.Request) {
	answer := state{Scenario: s.scenario}
	for _, name := range s.Services() {
		target := s.services[name]
		answer.Services = append(answer.Services, serviceState{
			Name:   name,
			Hosts:  target.hosts(),
			Calls:  s.calls.countsOf(name),
			Faults: target.faults().list(),
		})
	}
	writeJSON(w, http.StatusOK, answer)
}

// putFault reads name[:argument] from the path; a URL or media type in the
// argument has its slashes percent-encoded.
func (s *Simulator) putFault(w http.ResponseWriter, r *http.Request) {
	fault, err := ParseFault(r.PathValue("name"))
	if count := r.URL.Query().Get("count"); err == nil && count != "" {
		fault.Count, err = parseCount(count)
	}
	if err == nil {
		err = s.Inject(r.PathValue("service"), fault)
	}
	writeOutcome(w, err)
}

func (s *Simulator) deleteFault(w http.ResponseWriter, r *http.Request) {
	writeOutcome(w, s.Clear(r.PathValue("service"), FaultName(r.PathValue("name"))))
}

// readControl reads the body of a control request, which has no fields but those
// of change.
func readControl(r *http.Request, change any) bool {
	decoder := json.NewDecoder(io.LimitReader(r.Body, maxRequestBytes))
	decoder.DisallowUnknownFields()
	return decoder.Decode(change) == nil
}

// notFound are the errors that mean that a name of a control request is unknown.
var notFound = []error{errUnknownService, errUnknownFault, errUnknownPackage, errUnknownResource, errUnknownRoom}

// writeOutcome ends a control request that has nothing to show.
func writeOutcome(w http.ResponseWriter, err error) {
	switch {
	case err == nil:
		w.WriteHeader(http.StatusNoContent)
	case slices.ContainsFunc(notFound, func(unknown error) bool { return errors.Is(err, unknown) }):
		writeJSON(w, http.StatusNotFound, map[string]string{"error": err.Error()})
	default:
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
	}
}

func writeJSON(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	_ = encoder.Encode(value)
}
