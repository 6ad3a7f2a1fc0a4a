Feature: Default backend
  An Ingress without rules takes the requests that no rule of any Ingress takes.

  Background:
    Given an Ingress
      """
      metadata: {name: rest}
      spec:
        ingressClassName: aiohttp
        defaultBackend: {service: {name: rest, port: {number: 80}}}
      """
    And an Ingress
      """
      metadata: {name: shop}
      spec:
        ingressClassName: aiohttp
        rules:
          - host: shop.test
            http:
              paths:
                - {path: /cart, pathType: Prefix, backend: {service: {name: cart, port: {number: 80}}}}
      """
    And the controller runs
    Then the Ingress "rest" shows an address

  Scenario Outline: Whatever is asked, it is asked
    When I send a <method> to "http://<host><path>"
    Then the answer is 200
    And it comes from the Service "rest"
    And the pod saw a <method> of "<path>" for "<host>"
    And the answer has the fields "Content-Length, Content-Type, Date, Server"

    Examples:
      | method | host         | path       |
      | GET    | my-host      | /          |
      | GET    | my-host      | /sub/path  |
      | POST   | some.test    | /          |
      | PUT    | 192.0.2.7    | /resource  |
      | DELETE | some.test    | /resource  |
      | PATCH  | my-host      | /resource  |

  Scenario: A rule comes first
    When I send a GET to "http://shop.test/cart"
    Then the answer is 200
    And it comes from the Service "cart"
