// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package forecast

// rate is how much is used in so many days. It is a fraction, which need not be
// rounded to be compared.
type rate struct {
	used, days int64
}

// between returns the rate from one point to a later one.
func between(from, to point) rate {
	return rate{used: from.left - to.left, days: to.day - from.day}
}

func (r rate) below(s rate) bool { return r.used*s.days < s.used*r.days }

// near tells whether r is within so many percent of expected.
func (r rate) near(expected rate, percent int64) bool {
	is, want := r.used*expected.days, expected.used*r.days
	return max(is-want, want-is)*100 <= want*percent
}

// median returns the middle one of rates, or what lies halfway between the two in
// the middle. It changes the order.
func median(rates []rate) rate {
	low := inOrder(rates, (len(rates)-1)/2)
	if len(rates)%2 == 1 {
		return low
	}
	high := inOrder(rates, len(rates)/2)
	return rate{used: low.used*high.days + high.used*low.days, days: 2 * low.days * high.days}
}

// inOrder returns the rate that would come at an index if they were in order. It
// sorts no more of them than that takes, by Hoare's algorithm, because sorting
// them all is most of the work of an estimate.
func inOrder(rates []rate, index int) rate {
	first, last := 0, len(rates)-1
	for first < last {
		pivot, i, j := rates[(first+last)/2], first, last
		for i <= j {
			for rates[i].below(pivot) {
				i++
			}
			for pivot.below(rates[j]) {
				j--
			}
			if i <= j {
				rates[i], rates[j] = rates[j], rates[i]
				i++
				j--
			}
		}
		switch {
		case index <= j:
			last = j
		case index >= i:
			first = i
		default:
			return rates[index]
		}
	}
	return rates[index]
}
