// SPDX-License-Identifier: Apache-2.0

//go:build unix

package door_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience bounds every wait for something that must happen.
const patience = 180 * time.Second

// browser is a Chromium of the test's own, spoken to over its debugging pipe: the
// Chrome DevTools Protocol as JSON, each message ended by a zero byte.
type browser struct {
	t        *testing.T
	requests *os.File

	mu         sync.Mutex
	answers    map[int]chan message
	complaints []string // errors and violations of the policy that pages caused
	gone       chan struct{}
	last       int
}

type message struct {
	ID        int             `json:"id,omitempty"`
	SessionID string          `json:"sessionId,omitempty"`
	Method    string          `json:"method,omitempty"`
	Params    any             `json:"params,omitempty"`
	Result    json.RawMessage `json:"result,omitempty"`
	Error     *struct {
		Message string `json:"message"`
	} `json:"error,omitempty"`
}

// chromium answers the path of the browser, or leaves the test out.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	const why = "no Chromium; on Debian: apt-get install chromium"
	if os.Getenv("MUSTER_TEST_REQUIRE") == "all" {
		t.Fatal(why)
	}
	t.Skip("left out: " + why)
	return ""
}

// launch starts the browser with an empty profile. It ends with the test.
func launch(t *testing.T) *browser {
	t.Helper()
	theirs, requests, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	answers, theirsToo, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(chromium(t), "--headless", "--remote-debugging-pipe", "--user-data-dir="+t.TempDir(), "--no-sandbox",
		"--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
		"--disable-sync", "--disable-dev-shm-usage", "about:blank")
	command.ExtraFiles = []*os.File{theirs, theirsToo} // 3 and 4
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	_, _ = theirs.Close(), theirsToo.Close()
	b := &browser{t: t, answers: map[int]chan message{}, gone: make(chan struct{}), requests: requests}
	go b.listen(answers)
	t.Cleanup(func() {
		_ = syscall.Kill(-command.Process.Pid, syscall.SIGKILL) // and its children, which write to the profile
		_ = command.Wait()                                      // says that it was killed
		<-b.gone
		_ = requests.Close()
	})
	return b
}

// listen takes answers and events until the browser is gone.
func (b *browser) listen(answers *os.File) {
	defer close(b.gone)
	defer func() { _ = answers.Close() }()
	for in := bufio.NewReader(answers); ; {
		text, err := in.ReadBytes(0)
		if err != nil {
			return
		}
		var m message
		if err := json.Unmarshal(text[:len(text)-1], &m); err != nil {
			continue
		}
		b.mu.Lock()
		if answer, asked := b.answers[m.ID]; asked {
			answer <- m
			delete(b.answers, m.ID)
		} else if complains(m, text) {
			b.complaints = append(b.complaints, string(text[:len(text)-1]))
		}
		b.mu.Unlock()
	}
}

// complains says whether an event is an error of a page. That the API refused a
// request is none.
func complains(m message, text []byte) bool {
	switch m.Method {
	case "Audits.issueAdded", "Runtime.exceptionThrown":
		return true
	case "Log.entryAdded":
		return strings.Contains(string(text), `"level":"error"`) && !strings.Contains(string(text), `"source":"network"`)
	case "Runtime.consoleAPICalled":
		return strings.Contains(string(text), `"type":"error"`)
	}
	return false
}

// send sends a command and decodes its answer into a value, nil for none.
func (b *browser) send(session, method string, params map[string]any, into any) error {
	answer := make(chan message, 1)
	b.mu.Lock()
	b.last++
	id := b.last
	b.answers[id] = answer
	text, err := json.Marshal(message{ID: id, SessionID: session, Method: method, Params: params})
	if err == nil {
		_, err = b.requests.Write(append(text, 0))
	}
	b.mu.Unlock()
	if err != nil {
		return err
	}
	select {
	case m := <-answer:
		if m.Error != nil {
			return fmt.Errorf("%s: %s", method, m.Error.Message)
		}
		if into == nil {
			return nil
		}
		return json.Unmarshal(m.Result, into)
	case <-b.gone:
		return fmt.Errorf("%s: the browser is gone", method)
	case <-time.After(patience):
		return fmt.Errorf("%s: no answer", method)
	}
}

// must is send for what cannot fail.
func (b *browser) must(session, method string, params map[string]any, into any) {
	b.t.Helper()
	if err := b.send(session, method, params, into); err != nil {
		b.t.Fatal(err)
	}
}

// tab is one page.
type tab struct {
	*browser
	session string
}

// open opens a tab with an authenticator that says yes to everything.
func (b *browser) open() *tab {
	b.t.Helper()
	var made struct{ TargetID, SessionID string }
	b.must("", "Target.createTarget", map[string]any{"url": "about:blank"}, &made)
	b.must("", "Target.attachToTarget", map[string]any{"targetId": made.TargetID, "flatten": true}, &made)
	p := &tab{b, made.SessionID}
	for _, domain := range []string{"Audits", "Log", "Page", "Runtime", "WebAuthn"} {
		b.must(p.session, domain+".enable", nil, nil)
	}
	b.must(p.session, "WebAuthn.addVirtualAuthenticator", map[string]any{"options": map[string]any{
		"protocol": "ctap2", "transport": "internal", "hasResidentKey": true, "hasUserVerification": true,
		"isUserVerified": true, "automaticPresenceSimulation": true,
	}}, nil)
	return p
}

// visit goes to an address.
func (p *tab) visit(url string) {
	p.t.Helper()
	p.must(p.session, "Page.navigate", map[string]any{"url": url}, nil)
}

// try evaluates JavaScript, as if a key were pressed, and answers what it says as text.
func (p *tab) try(script string) (string, error) {
	var out struct {
		ExceptionDetails *struct {
			Exception struct{ Description string }
		}
		Result struct{ Value any }
	}
	err := p.send(p.session, "Runtime.evaluate", map[string]any{
		"awaitPromise": true, "expression": "(async () => String(await (" + script + ")))()", "returnByValue": true, "userGesture": true,
	}, &out)
	if err != nil {
		return "", err
	}
	if out.ExceptionDetails != nil {
		return "", fmt.Errorf("%s: %s", script, out.ExceptionDetails.Exception.Description)
	}
	return fmt.Sprint(out.Result.Value), nil
}

// await waits until JavaScript says something true, across navigations, and
// answers it.
func (p *tab) await(script string) string {
	p.t.Helper()
	turn := `new Promise((done) => { let left = 50; const look = async () => {
		let value; try { value = await (` + script + `); } catch { }
		if (value || --left === 0) done(value || ''); else setTimeout(look, 20); }; look(); })`
	var err error
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		var value string
		if value, err = p.try(turn); err == nil && value != "" {
			return value
		}
	}
	where, _ := p.try(`location.href + '\n' + document.body.innerText`)
	p.t.Fatalf("it never came to this: %s (%v)\nthe page is %s\n%s", script, err, where, strings.Join(p.complained(), "\n"))
	return ""
}

// fill types into fields: selectors and values in turn. All must be visible.
func (p *tab) fill(pairs ...string) {
	p.t.Helper()
	for pair := range slices.Chunk(pairs, 2) {
		at, _ := json.Marshal(pair[0])
		text, _ := json.Marshal(pair[1])
		p.await(fmt.Sprintf(`(() => { const at = document.querySelector(%s); if (!at?.checkVisibility()) return false;
			at.focus(); at.value = %s; at.dispatchEvent(new Event('input', { bubbles: true })); return true; })()`, at, text))
	}
}

// press presses the visible button or link with a text.
func (p *tab) press(label string) {
	p.t.Helper()
	text, _ := json.Marshal(label)
	p.await(fmt.Sprintf(`(() => { const on = document.querySelector('dialog:last-of-type') ?? document;
		const button = [...on.querySelectorAll('button, a, summary')].find((b) => b.checkVisibility() && b.textContent.trim() === %s);
		button?.click(); return button; })()`, text))
}

// see waits for a text on the page.
func (p *tab) see(words string) {
	p.t.Helper()
	text, _ := json.Marshal(words)
	p.await(fmt.Sprintf(`document.body.innerText.includes(%s)`, text))
}

func (b *browser) complained() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.complaints)
}

// fits checks that a narrow screen needs no scrolling sideways.
func (p *tab) fits() {
	p.t.Helper()
	p.must(p.session, "Emulation.setDeviceMetricsOverride", map[string]any{"width": 360, "height": 800, "deviceScaleFactor": 1, "mobile": false}, nil)
	p.await(`innerWidth === 360`)
	wide := p.await(`(() => { const most = document.documentElement.clientWidth;
		return [...document.querySelectorAll('body *')].filter((at) => at.checkVisibility() && at.getBoundingClientRect().right > most + 1)
			.map((at) => at.tagName + ' ' + at.className).join(', ') || 'nothing'; })()`)
	if wide != "nothing" {
		p.t.Errorf("wider than the screen: %s", wide)
	}
	p.must(p.session, "Emulation.clearDeviceMetricsOverride", nil, nil)
}

// shoot takes pictures of the page when MUSTER_SHOTS names a folder for them: narrow
// and wide, light and dark.
func (p *tab) shoot(name string) {
	p.t.Helper()
	folder := os.Getenv("MUSTER_SHOTS")
	if folder == "" {
		return
	}
	p.must(p.session, "Emulation.setScrollbarsHidden", map[string]any{"hidden": true}, nil)
	for _, width := range []int{360, 1280} {
		for _, scheme := range []string{"light", "dark"} {
			p.must(p.session, "Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false}, nil)
			p.must(p.session, "Emulation.setEmulatedMedia", map[string]any{"features": []map[string]any{{"name": "prefers-color-scheme", "value": scheme}}}, nil)
			var shot struct{ Data []byte }
			p.must(p.session, "Page.captureScreenshot", map[string]any{"captureBeyondViewport": true}, &shot)
			if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("%s-%d-%s.png", name, width, scheme)), shot.Data, 0o600); err != nil {
				p.t.Fatal(err)
			}
		}
	}
	p.must(p.session, "Emulation.clearDeviceMetricsOverride", nil, nil)
	p.must(p.session, "Emulation.setEmulatedMedia", map[string]any{"features": []map[string]any{}}, nil)
}
