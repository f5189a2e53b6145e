// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package cel

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/discovery"

	"github.com/quotawatch/quotawatch/api/v1alpha1"
)

// What kubectl finds under the names that users type.
func TestDiscovery(t *testing.T) {
	got, err := discoveryClient(t).ServerResourcesForGroupVersion(v1alpha1.GroupVersion.String())
	mustNot(t, err)
	want := []metav1.APIResource{
		{
			Name: "quotawatches", SingularName: "quotawatch", Kind: "QuotaWatch", Namespaced: true,
			ShortNames: []string{"qw"}, Categories: []string{"quotawatch"},
		},
		{Name: "quotawatches/status", Kind: "QuotaWatch", Namespaced: true},
		{
			Name: "vendoraccounts", SingularName: "vendoraccount", Kind: "VendorAccount", Namespaced: true,
			ShortNames: []string{"va"}, Categories: []string{"quotawatch"},
		},
		{Name: "vendoraccounts/status", Kind: "VendorAccount", Namespaced: true},
	}
	diff := cmp.Diff(want, got.APIResources,
		cmpopts.SortSlices(func(a, b metav1.APIResource) bool { return a.Name < b.Name }),
		cmpopts.IgnoreFields(metav1.APIResource{}, "Verbs", "StorageVersionHash"))
	if diff != "" {
		t.Errorf("unexpected resources (-want +got):\n%s", diff)
	}
}

// column is what kubectl get shows; those of priority 1 with -o wide alone.
type column struct {
	name     string
	priority int32
	cell     any
}

// changing is a cell that depends on when one looks.
const changing = "changing"

func TestColumns(t *testing.T) {
	cases := map[string]struct {
		sample, resource string
		want             []column
	}{
		"VendorAccount": {
			sample: "vendoraccount-polyv.yaml", resource: "vendoraccounts",
			want: []column{
				{"Name", 0, "polyv-group"},
				{"Vendor", 0, "Polyv"},
				{"Ready", 0, "True"},
				{"Reason", 0, "Succeeded"},
				{"Watches", 0, 3.0},
				{"Last-Verified", 0, changing},
				{"Age", 0, changing},
			},
		},
		"QuotaWatch": {
			sample: "quotawatch-polyv.yaml", resource: "quotawatches",
			want: []column{
				{"Name", 0, "group-quota"},
				{"Account", 0, "polyv-group"},
				{"State", 0, "Low"},
				{"Ready", 0, "True"},
				{"Lowest", 0, "live-minutes 12% (1200 min left)"},
				{"Expires", 0, "2026-12-10T15:59:59Z"},
				{"Runs-Out", 0, "2026-12-05T00:00:00Z"},
				{"Last-Success", 0, changing},
				{"Age", 0, changing},
				{"Vendor", 1, "Polyv"},
				{"Reason", 1, "Succeeded"},
				{"Data-As-Of", 1, "2026-11-20"},
			},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stored := store(t, sample(t, tc.sample))
			got := columnsOf(t, tableOf(t, tc.resource, stored))
			if diff := cmp.Diff(tc.want, got, cmp.AllowUnexported(column{})); diff != "" {
				t.Errorf("unexpected columns (-want +got):\n%s", diff)
			}
		})
	}
}

// tableOf asks for an object as kubectl get does.
func tableOf(t *testing.T, resource string, object *unstructured.Unstructured) *metav1.Table {
	t.Helper()
	answer, err := discoveryClient(t).RESTClient().Get().
		AbsPath("apis", v1alpha1.GroupVersion.String(), "namespaces", namespace, resource, object.GetName()).
		SetHeader("Accept", "application/json;as=Table;v=v1;g=meta.k8s.io").
		Do(t.Context()).Raw()
	mustNot(t, err)
	table := &metav1.Table{}
	mustNot(t, json.Unmarshal(answer, table))
	return table
}

func discoveryClient(t *testing.T) *discovery.DiscoveryClient {
	t.Helper()
	result, err := discovery.NewDiscoveryClientForConfig(api(t).config)
	mustNot(t, err)
	return result
}

func columnsOf(t *testing.T, table *metav1.Table) []column {
	t.Helper()
	if len(table.Rows) != 1 {
		t.Fatalf("want 1 row, got %d", len(table.Rows))
	}
	var columns []column
	for i, definition := range table.ColumnDefinitions {
		cell := table.Rows[0].Cells[i]
		if definition.Type == "date" {
			cell = changing
		}
		columns = append(columns, column{definition.Name, definition.Priority, cell})
	}
	return columns
}
