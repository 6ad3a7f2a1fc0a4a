Feature: Ingress class
  An Ingress is served by the controller that its class names, and by no other.

  Background:
    Given an IngressClass "of-others" of the controller "example.com/other"
    And an Ingress
      """
      metadata: {name: theirs}
      spec:
        ingressClassName: of-others
        rules:
          - host: theirs.test
            http:
              paths:
                - {path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}
      """
    And an Ingress
      """
      metadata: {name: nobodys}
      spec:
        ingressClassName: there-is-none
        rules:
          - host: nobodys.test
            http:
              paths:
                - {path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}
      """
    And an Ingress
      """
      metadata: {name: ours}
      spec:
        ingressClassName: aiohttp
        rules:
          - host: ours.test
            http:
              paths:
                - {path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}
      """
    And the controller runs
    Then the Ingress "ours" shows an address

  Scenario: Ours is served
    When I send a GET to "http://ours.test/"
    Then the answer is 200
    And it comes from the Service "web"

  Scenario Outline: Others are not
    When I send a GET to "http://<host>/"
    Then the answer is 404
    And the Ingress "<ingress>" shows no address

    Examples:
      | ingress | host         |
      | theirs  | theirs.test  |
      | nobodys | nobodys.test |
