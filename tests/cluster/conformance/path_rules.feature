Feature: Path rules
  Exact means this path and no other. Prefix means this path and those below it, element by element;
  a slash at the end makes no difference to a Prefix. The longest one wins, and of equals the Exact
  one.

  Background:
    Given an Ingress
      """
      metadata: {name: paths}
      spec:
        ingressClassName: aiohttp
        rules:
          - host: exact.test
            http:
              paths:
                - {path: /cart, pathType: Exact, backend: {service: {name: cart, port: {number: 80}}}}
                - {path: /help/, pathType: Exact, backend: {service: {name: help, port: {number: 80}}}}
          - host: prefix.test
            http:
              paths:
                - {path: /cart, pathType: Prefix, backend: {service: {name: cart, port: {number: 80}}}}
                - {path: /cart/items, pathType: Prefix, backend: {service: {name: items, port: {number: 80}}}}
                - {path: /help/, pathType: Prefix, backend: {service: {name: help, port: {number: 80}}}}
          - host: both.test
            http:
              paths:
                - {path: /cart, pathType: Prefix, backend: {service: {name: cart, port: {number: 80}}}}
                - {path: /cart, pathType: Exact, backend: {service: {name: items, port: {number: 80}}}}
      """
    And the controller runs
    Then the Ingress "paths" shows an address

  Scenario Outline: An Exact path takes itself alone
    When I send a GET to "http://exact.test<path>"
    Then the answer is 200
    And it comes from the Service "<service>"
    And the pod saw a GET of "<path>" for "exact.test"

    Examples:
      | path   | service |
      | /cart  | cart    |
      | /help/ | help    |

  Scenario Outline: An Exact path takes nothing that differs
    When I send a GET to "http://exact.test<path>"
    Then the answer is 404

    Examples:
      | path     |
      | /cart/   |
      | /CART    |
      | /cart/1  |
      | /help    |
      | /catalog |
      | /        |

  Scenario Outline: A Prefix takes what is below it, and the longest one wins
    When I send a GET to "http://prefix.test<path>"
    Then the answer is 200
    And it comes from the Service "<service>"
    And the pod saw a GET of "<path>" for "prefix.test"

    Examples:
      | path             | service |
      | /cart            | cart    |
      | /cart/           | cart    |
      | /cart/total      | cart    |
      | /cart/itemsfoo   | cart    |
      | /cart/items      | items   |
      | /cart/items/     | items   |
      | /cart/items/7    | items   |
      | /help            | help    |
      | /help/           | help    |
      | /help/contact    | help    |

  Scenario Outline: A Prefix takes no half element, and no other case
    When I send a GET to "http://prefix.test<path>"
    Then the answer is 404

    Examples:
      | path    |
      | /carts  |
      | /Cart   |
      | /helper |
      | /       |

  Scenario: Of equal paths the Exact one wins
    When I send a GET to "http://both.test/cart"
    Then the answer is 200
    And it comes from the Service "items"

  Scenario: What is below it is left to the Prefix
    When I send a GET to "http://both.test/cart/"
    Then the answer is 200
    And it comes from the Service "cart"
