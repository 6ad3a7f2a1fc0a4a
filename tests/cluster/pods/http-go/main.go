// Http-go answers every request with a welcome in its pod's name, as the course's image does.
//
// Called "curl" it is a client instead, for `kubectl exec`, which knows -H and passes over what
// else begins with a dash. Asked to end, it answers for one second more, while others learn that
// it goes.
package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

func main() {
	if filepath.Base(os.Args[0]) == "curl" {
		curl(os.Args[1:])
		return
	}
	pod, _ := os.Hostname()
	server := &http.Server{Handler: http.HandlerFunc(
		func(answer http.ResponseWriter, request *http.Request) {
			io.Copy(io.Discard, request.Body)
			fmt.Fprintf(answer, "Welcome! %s\n", pod)
		})}
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGINT, syscall.SIGTERM)
	for _, port := range []string{":8080", ":8443"} { // both in clear, as the examples have it
		listener, err := net.Listen("tcp", port)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		go server.Serve(listener)
	}
	<-asked
	time.Sleep(time.Second)
	server.Shutdown(context.Background())
}

func curl(words []string) {
	url, header := "", http.Header{}
	for number := 0; number < len(words); number++ {
		switch word := words[number]; {
		case word == "-H" && number+1 < len(words):
			number++
			name, value, _ := strings.Cut(words[number], ":")
			header.Set(name, strings.TrimSpace(value))
		case !strings.HasPrefix(word, "-"):
			url = word
		}
	}
	if !strings.Contains(url, "://") {
		url = "http://" + url
	}
	request, err := http.NewRequest("GET", url, nil)
	if err == nil {
		request.Header, request.Host = header, header.Get("Host")
		var answer *http.Response
		if answer, err = http.DefaultClient.Do(request); err == nil {
			_, err = io.Copy(os.Stdout, answer.Body)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
