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
	server := &http.Server{Addr: ":8080", Handler: http.HandlerFunc(
		func(answer http.ResponseWriter, request *http.Request) {
			io.Copy(io.Discard, request.Body)
			fmt.Fprintf(answer, "Welcome! %s\n", pod)
		})}
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGINT, syscall.SIGTERM)
	go server.ListenAndServe()
	<-asked
	time.Sleep(time.Second)
	server.Shutdown(context.Background())
}

func curl(words []string) {
	request, err := http.NewRequest("GET", words[len(words)-1], nil)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for number, word := range words {
		if word == "-H" {
			name, value, _ := strings.Cut(words[number+1], ":")
			request.Header.Set(name, strings.TrimSpace(value))
			if strings.EqualFold(name, "Host") {
				request.Host = strings.TrimSpace(value)
			}
		}
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	io.Copy(os.Stdout, answer.Body)
}
