// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"

	jsonpatch "github.com/evanphx/json-patch/v5"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// object is a pointer to a kind.
type object[T any] interface {
	*T
	client.Object
}

// patchStatus writes the status of an object in one request: is instead of was,
// which was read with the object. Nothing is written when somebody changed the
// object since. Afterwards the object has the version of what is stored; the rest
// of the answer is left alone, because the object shares memory with the cache.
func patchStatus[T, S any, O object[T]](ctx context.Context, c client.Client, o O, was, is S) error {
	if o.GetResourceVersion() == "" {
		return errors.New("without a version, the patch would overwrite what somebody else wrote")
	}
	data, err := statusPatch(o.GetResourceVersion(), was, is)
	if err != nil {
		return err
	}
	stored := O(new(T))
	stored.SetNamespace(o.GetNamespace())
	stored.SetName(o.GetName())
	if err := c.Status().Patch(ctx, stored, client.RawPatch(types.MergePatchType, data)); err != nil {
		return err
	}
	o.SetResourceVersion(stored.GetResourceVersion())
	return nil
}

// statusPatch returns the merge patch that makes one status of another, for the
// object of that version alone. Most fields of most statuses stay as they are, so
// those are left out first: to encode and compare the objects as a whole takes
// twice the time and three times the memory.
func statusPatch[S any](version string, was, is S) ([]byte, error) {
	dropEqualFields(reflect.ValueOf(&was).Elem(), reflect.ValueOf(&is).Elem())
	before, err := json.Marshal(was)
	if err != nil {
		return nil, fmt.Errorf("encoding the status as read: %w", err)
	}
	after, err := json.Marshal(is)
	if err != nil {
		return nil, fmt.Errorf("encoding the status: %w", err)
	}
	difference, err := jsonpatch.CreateMergePatch(before, after)
	if err != nil {
		return nil, fmt.Errorf("comparing the statuses: %w", err)
	}
	return json.Marshal(map[string]any{
		"metadata": map[string]string{"resourceVersion": version},
		"status":   json.RawMessage(difference),
	})
}

// dropEqualFields empties those fields of two structs that are the same in both,
// also within the sections that they point to, of which it makes copies.
func dropEqualFields(a, b reflect.Value) {
	for i := range a.NumField() {
		inA, inB := a.Field(i), b.Field(i)
		switch {
		case reflect.DeepEqual(inA.Interface(), inB.Interface()):
			inA.SetZero()
			inB.SetZero()
		case isSection(inA) && isSection(inB):
			inA.Set(shallowCopy(inA))
			inB.Set(shallowCopy(inB))
			dropEqualFields(inA.Elem(), inB.Elem())
		}
	}
}

// isSection tells whether a field points to a struct that JSON has as an object
// of its fields.
func isSection(field reflect.Value) bool {
	if field.Kind() != reflect.Pointer || field.IsNil() || field.Elem().Kind() != reflect.Struct {
		return false
	}
	_, isMarshaler := reflect.TypeAssert[json.Marshaler](field)
	return !isMarshaler
}

func shallowCopy(pointer reflect.Value) reflect.Value {
	to := reflect.New(pointer.Type().Elem())
	to.Elem().Set(pointer.Elem())
	return to
}
