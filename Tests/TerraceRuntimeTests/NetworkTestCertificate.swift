import Foundation
import NIOSSL

/// Certificates of a root that nobody trusts but the tests: made once with openssl (P-256, 2020 to 2120). The keys guard
/// nothing.
struct NetworkTestCertificate: Sendable {
    let certificate: String
    let key: String

    /// What a server with this certificate speaks TLS by.
    func serverContext() throws -> NIOSSLContext {
        let chain = try NIOSSLCertificate.fromPEMBytes(Array(self.certificate.utf8))
        let key = try NIOSSLPrivateKey(bytes: Array(self.key.utf8), format: .pem)
        return try NIOSSLContext(
            configuration: .makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key)))
    }

    /// Calls `body` with the path of a file that holds the root.
    static func withRoot<Result>(_ body: (String) async throws -> Result) async throws -> Result {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("terrace-root-\(UUID()).pem")
        try Self.root.write(to: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: file) }
        return try await body(file.path)
    }

    /// The root.
    static let root = """
        -----BEGIN CERTIFICATE-----
        MIIBbDCCARKgAwIBAgICEAAwCgYIKoZIzj0EAwIwHDEaMBgGA1UEAwwRVGVycmFj
        ZSB0ZXN0IHJvb3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBwx
        GjAYBgNVBAMMEVRlcnJhY2UgdGVzdCByb290MFkwEwYHKoZIzj0CAQYIKoZIzj0D
        AQcDQgAEAj+TJb7i5oH6uK7P7jOSGBR6IU66SAmcquPW1ZTQq8+VKxoIhAZ33CN0
        1fO+PYlUk7Tqp4Wbib2AOpkF2wjCnqNCMEAwDwYDVR0TAQH/BAUwAwEB/zAOBgNV
        HQ8BAf8EBAMCAgQwHQYDVR0OBBYEFHspcPVfWw1P9vYUjLnJS38hv61uMAoGCCqG
        SM49BAMCA0gAMEUCIQDizfwrBrpFfHQ9HQxQjXkGyiDLiEJ24CU23oVJo/mMpgIg
        HCrWGgvRkNAtTgy2/AYC/KSEvQamkSdVclxveSXqdHw=
        -----END CERTIFICATE-----
        """

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

    /// For localhost, until the end of 2020.
    static let expired = NetworkTestCertificate(
        certificate: """
            -----BEGIN CERTIFICATE-----
            MIIBmDCCAT6gAwIBAgICEAIwCgYIKoZIzj0EAwIwHDEaMBgGA1UEAwwRVGVycmFj
            ZSB0ZXN0IHJvb3QwHhcNMjAwMTAxMDAwMDAwWhcNMjEwMTAxMDAwMDAwWjAUMRIw
            EAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQLdS2p
            KCC7omKp/dybYiUDRqz5egF6kT/OjN7vqJ2w/e8xGaU2qZ5C1IZfxJ1xWJGL+Czp
            AgRzFdUXkoywmqSdo3gwdjAUBgNVHREEDTALgglsb2NhbGhvc3QwCQYDVR0TBAIw
            ADATBgNVHSUEDDAKBggrBgEFBQcDATAdBgNVHQ4EFgQUH+uOiF3zGEw6+i5nTBvl
            hL0AIWcwHwYDVR0jBBgwFoAUeylw9V9bDU/29hSMuclLfyG/rW4wCgYIKoZIzj0E
            AwIDSAAwRQIgUUIMalI6I9Ig2gr+tQeGCuKcOcZsAjeU/5hiVlEkf1UCIQClgtUO
            NcJweP5z7BtqCwiV/T+iT6i/TVoU6OYpm/HRaA==
            -----END CERTIFICATE-----
            """,
        key: """
            -----BEGIN PRIVATE KEY-----
            MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgBYN06fPKiy732lRW
            zbTMSal9ygi3yjD4/fiM+G058hShRANCAAQLdS2pKCC7omKp/dybYiUDRqz5egF6
            kT/OjN7vqJ2w/e8xGaU2qZ5C1IZfxJ1xWJGL+CzpAgRzFdUXkoywmqSd
            -----END PRIVATE KEY-----
            """)

    /// For other.example.
    static let other = NetworkTestCertificate(
        certificate: """
            -----BEGIN CERTIFICATE-----
            MIIBoTCCAUigAwIBAgICEAMwCgYIKoZIzj0EAwIwHDEaMBgGA1UEAwwRVGVycmFj
            ZSB0ZXN0IHJvb3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBgx
            FjAUBgNVBAMMDW90aGVyLmV4YW1wbGUwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC
            AARvwRvHOoM6dwgN7ejsrsQ93y9oHOVLo7EKFHkZ4jlJOw8PkIW3jwmK0gimSu+D
            BIe3WaIL/0bY0yCvW7tT1LZdo3wwejAYBgNVHREEETAPgg1vdGhlci5leGFtcGxl
            MAkGA1UdEwQCMAAwEwYDVR0lBAwwCgYIKwYBBQUHAwEwHQYDVR0OBBYEFCX4PI4I
            UYqMkb00fC+aOHa5sSq/MB8GA1UdIwQYMBaAFHspcPVfWw1P9vYUjLnJS38hv61u
            MAoGCCqGSM49BAMCA0cAMEQCIGllQYhpJdQFfg/rmc6skXzveEOmxo16AdxeRCH6
            gh+NAiAx+cgtJHRoubjLXK1GbKbSdW34Y26qFsh7wnAm6ht8UQ==
            -----END CERTIFICATE-----
            """,
        key: """
            -----BEGIN PRIVATE KEY-----
            MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgoZq2pPnpjyiqEc3C
            mO3m9wIaseKeon5+cwhSWtE4OzKhRANCAARvwRvHOoM6dwgN7ejsrsQ93y9oHOVL
            o7EKFHkZ4jlJOw8PkIW3jwmK0gimSu+DBIe3WaIL/0bY0yCvW7tT1LZd
            -----END PRIVATE KEY-----
            """)

}
