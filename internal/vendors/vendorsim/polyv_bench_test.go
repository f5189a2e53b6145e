// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"testing"
)

// polyvDraft is a request to POLYV that is right until a test changes it.
type polyvDraft struct {
	method, path string
	parameters   polyvParameters
	credential   PolyvCredential
	// query overrides the encoded query.
	query func(url.Values) string
	// spoil changes the parameters after they were signed.
	spoil func(url.Values)
}

func (b *bench) polyvDraft(path string, credential PolyvCredential, parameters polyvParameters) *polyvDraft {
	d := &polyvDraft{
		method: http.MethodGet, path: path, credential: credential,
		parameters: polyvParameters{
			"appId": credential.AppID, "timestamp": strconv.FormatInt(b.clock.Now().UnixMilli(), 10),
		},
	}
	maps.Copy(d.parameters, parameters)
	return d
}

// polyvRequest signs the draft, with the function that the published vectors pin
// down in TestPolyvPublishedVectors.
func (b *bench) polyvRequest(t *testing.T, d *polyvDraft) *http.Request {
	t.Helper()
	values := url.Values{}
	for name, value := range d.parameters {
		values.Set(name, value)
	}
	values.Set("sign", polyvSignature(d.parameters, d.credential.AppSecret))
	if d.spoil != nil {
		d.spoil(values)
	}
	query := values.Encode()
	if d.query != nil {
		query = d.query(values)
	}
	r, err := http.NewRequestWithContext(t.Context(), d.method, b.server.URL+d.path+"?"+query, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = polyvHost
	return r
}

// polyvDecoded is an answer as a client sees it, in either envelope.
type polyvDecoded struct {
	httpStatus int

	Code      int
	Status    string
	RequestID string `json:"requestId"`
	Success   *bool
	Error     *polyvErrorDetail
	Message   *string
	Data      json.RawMessage
}

// desc is the text of a failure.
func (d polyvDecoded) desc() string {
	switch {
	case d.Error != nil:
		return d.Error.Desc
	case d.Message != nil:
		return *d.Message
	}
	return ""
}

// doPolyv sends the draft and decodes the answer, which must be JSON.
func (b *bench) doPolyv(t *testing.T, d *polyvDraft) polyvDecoded {
	t.Helper()
	status, contentType, text := b.rawPolyv(t, d)
	decoded := polyvDecoded{httpStatus: status}
	if err := json.Unmarshal(text, &decoded); err != nil || contentType != "application/json;charset=UTF-8" {
		t.Fatalf("not an answer of POLYV's: %v: %s %.200s", err, contentType, text)
	}
	return decoded
}

func (b *bench) rawPolyv(t *testing.T, d *polyvDraft) (status int, contentType string, body []byte) {
	t.Helper()
	response, err := b.client.Do(b.polyvRequest(t, d))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err = io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, response.Header.Get("Content-Type"), body
}

// polyvPageOf reads the page of an answer that must be good.
func polyvPageOf[T any](t *testing.T, d polyvDecoded) polyvPage[T] {
	t.Helper()
	var page polyvPage[T]
	if err := json.Unmarshal(d.Data, &page); err != nil || d.Code != http.StatusOK {
		t.Fatalf("not a page: %v: %d %s", err, d.Code, d.desc())
	}
	return page
}

// paging reads the four paging fields; -1 stands for null.
func (p polyvPage[T]) paging() [4]int64 {
	var values [4]int64
	for i, field := range []*int64{p.PageNumber, p.PageSize, p.TotalPages, p.TotalItems} {
		values[i] = -1
		if field != nil {
			values[i] = *field
		}
	}
	return values
}

// The drafts of the four operations.
func (b *bench) packagesDraft(parameters polyvParameters) *polyvDraft {
	return b.polyvDraft(polyvPackagesPath, ExamplePolyvGroupCredential(), parameters)
}

// usageDraft asks for what the seeds have: when the tests start, November 21st was
// yesterday in Beijing.
func (b *bench) usageDraft(parameters polyvParameters) *polyvDraft {
	all := polyvParameters{"itemCategory": "duration", "startDate": "2026-11-01", "endDate": "2026-11-21"}
	maps.Copy(all, parameters)
	return b.polyvDraft(polyvUsagePath, ExamplePolyvStandardCredential(), all)
}

func (b *bench) billDraft(parameters polyvParameters) *polyvDraft {
	all := polyvParameters{"billingDate": "202610", "isolationId": ExamplePolyvIsolationID}
	maps.Copy(all, parameters)
	return b.polyvDraft(DefaultPolyvBillPath, ExamplePolyvGroupCredential(), all)
}

func (b *bench) healthDraft() *polyvDraft {
	return b.polyvDraft(polyvHealthPath, ExamplePolyvGroupCredential(), nil)
}
