// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

const canary = Secret("canary-4c1f")

// shown are the spellings in which fmt could give the canary away.
var shown = []string{"canary", "4c1f", fmt.Sprintf("%x", "canary"), fmt.Sprintf("%X", "canary")}

func checkHidden(t *testing.T, text string) {
	t.Helper()
	for _, spelling := range shown {
		if strings.Contains(text, spelling) {
			t.Errorf("the secret shows: %s", text)
		}
	}
}

// The formats are not constant, so that vet does not refuse the wrong ones: a
// Secret has to stay hidden in a mistaken format too. Only for %p and %w fmt calls
// no method at all.
func TestSecretIsHiddenFromEveryVerb(t *testing.T) {
	holders := map[string]any{
		"itself":       canary,
		"a pointer":    &[]Secret{canary}[0],
		"a slice":      []Secret{canary},
		"a map":        map[string]Secret{"key": canary},
		"a map's keys": map[Secret]string{canary: "key"},
		"a struct":     struct{ Key Secret }{canary},
		"a nested one": &Access{Credential: map[string]Secret{"key": canary}},
		"an interface": []any{canary},
	}
	flags := []string{"", "+", "#", " ", "-", "0", "# ", "20", ".3", "-20.12"}
	for name, holder := range holders {
		t.Run(name, func(t *testing.T) {
			for _, verb := range "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnoqrstuvxyz!" {
				for _, flag := range flags {
					checkHidden(t, fmt.Sprintf("%"+flag+string(verb), holder))
				}
			}
			checkHidden(t, fmt.Sprint(holder))
			checkHidden(t, fmt.Sprintf(strings.Repeat("-", 2), holder))
		})
	}
}

func TestSecretReads(t *testing.T) {
	tests := map[string]string{"%v": "[redacted]", "%+v": "[redacted]", "%#v": "[redacted]", "%s": "[redacted]", "%q": `"[redacted]"`, "%d": "[redacted]"}
	for format, want := range tests {
		if got := fmt.Sprintf(format, canary); got != want {
			t.Errorf("%s gives %q, want %q", format, got, want)
		}
	}
	if got := canary.String(); got != "[redacted]" {
		t.Errorf("String() = %q", got)
	}
	if got := canary.Reveal(); got != "canary-4c1f" {
		t.Errorf("Reveal() = %q", got)
	}
}

func TestSecretIsHiddenInErrors(t *testing.T) {
	checkHidden(t, fmt.Errorf("key %s: %w", canary, errors.New("refused")).Error())
	checkHidden(t, fmt.Errorf("key %q", canary).Error())
}

func TestSecretIsHiddenWhenMarshalled(t *testing.T) {
	holder := struct {
		Key  Secret   `json:"key"`
		Keys []Secret `json:"keys"`
		Any  any      `json:"any"`
	}{canary, []Secret{canary}, canary}
	marshallers := map[string]func(any) ([]byte, error){
		"JSON": json.Marshal,
		"YAML": func(value any) ([]byte, error) { return yaml.Marshal(value) },
	}
	for name, marshal := range marshallers {
		t.Run(name, func(t *testing.T) {
			text, err := marshal(holder)
			if err != nil {
				t.Fatal(err)
			}
			checkHidden(t, string(text))
			if !strings.Contains(string(text), redacted) {
				t.Errorf("nothing stands in the secret's place: %s", text)
			}
		})
	}
}

func TestSecretIsHiddenFromLoggers(t *testing.T) {
	var out bytes.Buffer
	handlers := map[string]slog.Handler{
		"text": slog.NewTextHandler(&out, nil),
		"JSON": slog.NewJSONHandler(&out, nil),
	}
	for name, handler := range handlers {
		t.Run(name, func(t *testing.T) {
			out.Reset()
			slog.New(handler).With("bound", canary).Info("polling",
				"key", canary,
				"list", []Secret{canary},
				"map", map[string]Secret{"key": canary},
				"struct", struct{ Key Secret }{canary},
				slog.Group("group", "key", canary))
			checkHidden(t, out.String())
			if got := strings.Count(out.String(), redacted); got != 6 {
				t.Errorf("%d of 6 values are redacted: %s", got, &out)
			}
		})
	}
}
