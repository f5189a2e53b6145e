// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package simulation

import (
	"fmt"
	"slices"
	"strconv"

	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/quotawatch/quotawatch/api/v1alpha1"
)

// subject is a watch whose writes are looked at.
type subject struct {
	account *account
	watch   *watch
	shown   bool // whether it has shown numbers
}

// inspectNumbers looks at a status that the operator writes: once a watch has
// shown numbers, it shows each of them at all times, and only such as the vendor
// had.
func (f *fleet) inspectNumbers(written client.Object, _ []byte) {
	stored, ok := written.(*v1alpha1.QuotaWatch)
	if !ok {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	s, known := f.subjects[client.ObjectKeyFromObject(written)]
	if !known {
		return
	}
	wrong := s.watch.wrong(stored, s.account.numbers...)
	if s.shown = s.shown || len(wrong) == 0; s.shown {
		f.vanished = append(f.vanished, wrong...)
	}
}

// wrong says which amounts a stored watch does not show, or shows as something
// else than follows from one of the numbers.
func (w *watch) wrong(stored *v1alpha1.QuotaWatch, numbers ...int64) []string {
	var wrong []string
	shown := amounts(&stored.Status)
	for name, multiple := range w.shows {
		isAmount := func(number int64) bool { return shown[name] == strconv.FormatInt(multiple*number, 10) }
		if !slices.ContainsFunc(numbers, isAmount) {
			wrong = append(wrong, fmt.Sprintf("%s shows %q of %s", stored.Name, shown[name], name))
		}
	}
	return wrong
}

// amounts are those that a status shows for the account as a whole.
func amounts(status *v1alpha1.QuotaWatchStatus) map[string]string {
	shown := map[string]string{}
	for _, row := range status.Resources {
		if row.Subject == "" {
			shown[row.Name] = string(row.Remaining)
		}
	}
	if status.Usage != nil {
		for _, item := range status.Usage.Items {
			shown[item.Name] = string(item.Amount)
		}
	}
	return shown
}
