Feature: Load balancing
  All pods of a Service take their part of the requests.

  Background:
    Given a Service "echo" with 10 pods
    And an Ingress
      """
      metadata: {name: balanced}
      spec:
        ingressClassName: aiohttp
        defaultBackend: {service: {name: echo, port: {number: 80}}}
      """
    And the controller runs
    Then the Ingress "balanced" shows an address

  Scenario: Ten pods share a hundred requests
    When I send 100 GETs to "http://balanced.test/"
    Then all answers are 200
    And they come from 10 pods of the Service "echo", in equal parts
