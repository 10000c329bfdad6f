/// A certificate of a root that nobody trusts: made once with openssl (P-256, 2020 to 2120). The key guards nothing.
struct NetworkTestCertificate: Sendable {
    let certificate: String
    let key: String

    /// For localhost.
    static let local = NetworkTestCertificate(
        certificate: """
            -----BEGIN CERTIFICATE-----
            MIIBmjCCAUCgAwIBAgICEAEwCgYIKoZIzj0EAwIwHDEaMBgGA1UEAwwRVGVycmFj
            ZSB0ZXN0IHJvb3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBQx
            EjAQBgNVBAMMCWxvY2FsaG9zdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABAt1
            LakoILuiYqn93JtiJQNGrPl6AXqRP86M3u+onbD97zEZpTapnkLUhl/EnXFYkYv4
            LOkCBHMV1ReSjLCapJ2jeDB2MBQGA1UdEQQNMAuCCWxvY2FsaG9zdDAJBgNVHRME
            AjAAMBMGA1UdJQQMMAoGCCsGAQUFBwMBMB0GA1UdDgQWBBQf646IXfMYTDr6LmdM
            G+WEvQAhZzAfBgNVHSMEGDAWgBR7KXD1X1sNT/b2FIy5yUt/Ib+tbjAKBggqhkjO
            PQQDAgNIADBFAiEA2FAczTTEeKn+8HzDI2H9rDAMFg7IWelxHgB17Q3llcMCIGwm
            Tg9KkfgSkvyvQyX39YnJ0dTtV/BXkB4JeSrlUdZS
            -----END CERTIFICATE-----
            """,
        key: """
            -----BEGIN PRIVATE KEY-----
            MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgBYN06fPKiy732lRW
            zbTMSal9ygi3yjD4/fiM+G058hShRANCAAQLdS2pKCC7omKp/dybYiUDRqz5egF6
            kT/OjN7vqJ2w/e8xGaU2qZ5C1IZfxJ1xWJGL+CzpAgRzFdUXkoywmqSd
            -----END PRIVATE KEY-----
            """)
}
