Feature: TLS
  A Secret's certificate is shown for the hosts that an Ingress lists with it. Requests without TLS
  are sent there, unless the Ingress says otherwise.

  Background:
    Given a certificate for "pay.test" in the Secret "pay-tls"
    And a certificate for "*.many.test" in the Secret "many-tls"
    And an Ingress
      """
      metadata: {name: secured}
      spec:
        ingressClassName: aiohttp
        tls:
          - {hosts: [pay.test], secretName: pay-tls}
          - {hosts: ["*.many.test"], secretName: many-tls}
        rules:
          - host: pay.test
            http:
              paths:
                - {path: /, pathType: Prefix, backend: {service: {name: pay, port: {name: http}}}}
          - host: "*.many.test"
            http:
              paths:
                - {path: /, pathType: Prefix, backend: {service: {name: many, port: {number: 80}}}}
          - host: plain.test
            http:
              paths:
                - {path: /, pathType: Prefix, backend: {service: {name: pay, port: {name: http}}}}
      """
    And a certificate for "either.test" in the Secret "either-tls"
    And an Ingress
      """
      metadata:
        name: either
        annotations: {aiohttp-ingress.dev/ssl-redirect: "false"}
      spec:
        ingressClassName: aiohttp
        tls:
          - {hosts: [either.test], secretName: either-tls}
        rules:
          - host: either.test
            http:
              paths:
                - {path: /, pathType: Prefix, backend: {service: {name: pay, port: {number: 80}}}}
      """
    And the controller runs
    Then the Ingress "secured" shows an address

  Scenario Outline: A client that verifies the host is satisfied
    When I send a GET to "https://<host>/a"
    Then the answer is 200
    And it comes from the Service "<service>"
    And the pod saw a GET of "/a" for "<host>"

    Examples:
      | host        | service |
      | pay.test    | pay     |
      | a.many.test | many    |
      | either.test | pay     |

  Scenario: Without TLS one is sent to it
    When I send a GET to "http://pay.test/a?b=c"
    Then the answer is 308
    And it points to "https://pay.test/a?b=c"

  Scenario Outline: Where TLS is not wanted, or not a must, HTTP is served
    When I send a GET to "http://<host>/"
    Then the answer is 200
    And it comes from the Service "pay"

    Examples:
      | host        |
      | plain.test  |
      | either.test |

  Scenario Outline: A client that verifies a host without a certificate goes away
    When I send a GET to "https://<host>/"
    Then the certificate is not accepted

    Examples:
      | host          |
      | plain.test    |
      | many.test     |
      | a.b.many.test |
