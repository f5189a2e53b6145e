// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"
)

const (
	volcengineMostRooms = 100
	// volcengineOldestDay is how many days ago the window begins; it ends
	// yesterday.
	volcengineOldestDay = 31
	volcengineDayLayout = "20060102"
)

// trafficQuery is a checked request for traffic. Days compare as text.
type trafficQuery struct {
	first, last string
	rooms       []int64
	// creator is whose rooms are meant when rooms is empty; the main account's name
	// is empty.
	creator string
}

func (q trafficQuery) String() string {
	selector := "ActivityCreator"
	if len(q.rooms) > 0 {
		selector = fmt.Sprintf("ActivityIds=%d", len(q.rooms))
	}
	return fmt.Sprintf("StartDay=%s EndDay=%s %s", q.first, q.last, selector)
}

type trafficParameters struct {
	ActivityIDs     []int64 `json:"ActivityIds"`
	ActivityCreator *volcengineCreatorForm
	StartDay        string
	EndDay          string
}

type volcengineCreatorForm struct {
	IsMainAccount  bool
	SubAccountName string
}

// parseTrafficQuery checks the body against the published parameters.
func parseTrafficQuery(body []byte, credential VolcengineCredential, now time.Time) (trafficQuery, *volcengineError) {
	parameters, failure := decodeTrafficParameters(body)
	if failure != nil {
		return trafficQuery{}, failure
	}
	query := trafficQuery{first: parameters.StartDay, last: parameters.EndDay, rooms: parameters.ActivityIDs}
	if failure := query.checkDays(now); failure != nil {
		return trafficQuery{}, failure
	}
	if failure := query.checkRooms(); failure != nil {
		return trafficQuery{}, failure
	}
	query.creator, failure = parameters.creator(credential)
	return query, failure
}

// decodeTrafficParameters wants one JSON object of known names, spelt exactly,
// with values of the right types.
func decodeTrafficParameters(body []byte) (trafficParameters, *volcengineError) {
	var parameters trafficParameters
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&parameters); err != nil || decoder.Decode(new(any)) != io.EOF {
		return trafficParameters{}, volcengineInvalidParameter("The body is not a JSON object of the documented parameters.")
	}
	if !exactNames(body, "ActivityIds", "ActivityCreator", "StartDay", "EndDay") {
		return trafficParameters{}, volcengineInvalidParameter("A parameter is null or its name is spelt differently.")
	}
	return parameters, nil
}

// exactNames refuses what the decoder forgives: other capitals, and null.
func exactNames(object []byte, known ...string) bool {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(object, &members); err != nil || members == nil {
		return false
	}
	for name, value := range members {
		if !slices.Contains(known, name) || string(value) == "null" {
			return false
		}
		if name == "ActivityCreator" && !exactNames(value, "IsMainAccount", "SubAccountName") {
			return false
		}
	}
	return true
}

// checkDays wants two days from T-31 to T-1 in order, where T is today in
// Beijing.
func (q trafficQuery) checkDays(now time.Time) *volcengineError {
	for _, day := range []struct{ name, text string }{{"StartDay", q.first}, {"EndDay", q.last}} {
		if day.text == "" {
			return volcengineMissingParameter(day.name)
		}
		if _, err := time.Parse(volcengineDayLayout, day.text); err != nil {
			return volcengineInvalidParameter("The parameter " + day.name + " is no day as yyyymmdd.")
		}
	}
	oldest, newest := VolcengineDayOf(now.AddDate(0, 0, -volcengineOldestDay)), VolcengineDayOf(now.AddDate(0, 0, -1))
	switch {
	case q.last < q.first:
		return volcengineInvalidParameter("The EndDay is before the StartDay.")
	case q.first < oldest:
		return volcengineInvalidParameter("The StartDay is more than 31 days ago.")
	case q.last > newest:
		return volcengineInvalidParameter("The EndDay is after yesterday.")
	}
	return nil
}

func (q trafficQuery) checkRooms() *volcengineError {
	if len(q.rooms) > volcengineMostRooms {
		return volcengineInvalidParameter("There are more than 100 ActivityIds.")
	}
	if slices.ContainsFunc(q.rooms, func(id int64) bool { return id <= 0 }) {
		return volcengineInvalidParameter("One of the ActivityIds is not positive.")
	}
	return nil
}

// creator tells whose rooms are meant. It has no meaning beside rooms, and a
// sub-account's key always means its own.
func (p trafficParameters) creator(credential VolcengineCredential) (string, *volcengineError) {
	if len(p.ActivityIDs) > 0 || credential.SubAccount != "" {
		return credential.SubAccount, nil
	}
	form := p.ActivityCreator
	switch {
	case form == nil:
		return "", volcengineMissingParameter("ActivityIds or ActivityCreator")
	case form.IsMainAccount && form.SubAccountName != "":
		return "", volcengineInvalidParameter("The SubAccountName is given, although IsMainAccount is true.")
	case !form.IsMainAccount && form.SubAccountName == "":
		return "", volcengineMissingParameter("SubAccountName")
	}
	return form.SubAccountName, nil
}

// checkVisible lets a sub-account ask for its own rooms only. What the vendor
// answers otherwise is not published.
func (q trafficQuery) checkVisible(account VolcengineAccount, credential VolcengineCredential) *volcengineError {
	if credential.SubAccount == "" {
		return nil
	}
	for _, room := range account.Rooms {
		if slices.Contains(q.rooms, room.ID) && room.SubAccount != credential.SubAccount {
			return volcengineAccessDenied()
		}
	}
	return nil
}
