Feature: Host rules
  A rule that names a host takes the requests for that host, and no others. A wildcard stands for
  exactly one label.

  Background:
    Given an Ingress
      """
      metadata: {name: hosts}
      spec:
        ingressClassName: aiohttp
        rules:
          - host: shop.test
            http:
              paths:
                - {path: /, pathType: Prefix, backend: {service: {name: shop, port: {name: http}}}}
          - host: "*.users.test"
            http:
              paths:
                - {path: /, pathType: Prefix, backend: {service: {name: users, port: {number: 80}}}}
      """
    And the controller runs
    Then the Ingress "hosts" shows an address

  Scenario: A host gets the requests that name it
    When I send a GET to "http://shop.test/"
    Then the answer is 200
    And it comes from the Service "shop"
    And the pod saw a GET of "/" for "shop.test"

  Scenario: Neither the case of a host nor its port matters
    When I send a GET to "http://SHOP.test:8080/"
    Then the answer is 200
    And it comes from the Service "shop"

  Scenario Outline: A wildcard takes one label, whichever it is
    When I send a GET to "http://<host>/"
    Then the answer is 200
    And it comes from the Service "users"
    And the pod saw a GET of "/" for "<host>"

    Examples:
      | host           |
      | anne.users.test |
      | x-1.users.test  |

  Scenario Outline: Nobody takes the requests for other hosts
    When I send a GET to "http://<host>/"
    Then the answer is 404

    Examples:
      | host                 |
      | other.test           |
      | www.shop.test        |
      | users.test           |
      | home.anne.users.test |
