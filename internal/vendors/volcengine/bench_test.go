// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package volcengine

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/quotawatch/quotawatch/internal/transport"
	"github.com/quotawatch/quotawatch/internal/vendors"
)

func BenchmarkSign(b *testing.B) {
	key := credential{ID: testID, Key: testKey}
	b.ReportAllocs()
	for b.Loop() {
		key.sign(traffic)
	}
}

// BenchmarkDecode measures an answer about one live room and about as many as one
// request may name.
func BenchmarkDecode(b *testing.B) {
	for _, rooms := range []int{1, maxActivities} {
		b.Run(fmt.Sprint(rooms), func(b *testing.B) {
			var list []fields
			for i := range rooms {
				list = append(list, room(i+1, 0.5))
			}
			response := &transport.Response{
				Status: http.StatusOK, Header: http.Header{"Content-Type": {contentType}},
				Body: []byte(content(fields{"EstimatedResult": list, "ActualResult": list, "ActualPrePayResult": list})),
			}
			b.ReportAllocs()
			b.SetBytes(int64(len(response.Body)))
			for b.Loop() {
				answers := []*trafficAnswer{{asked: mainAccount}}
				if failure := decode(vendors.OpUsage, response, answers[0]); failure != nil {
					b.Fatal(failure)
				}
				items(answers, days("2026-11-14", "2026-11-20"), present)
			}
		})
	}
}
