import Foundation
import Synchronization
import TerraceExchangeServer
import TerraceRuntime
import TerraceVenues
import Testing

@testable import TerraceOperations

@Suite("A run over sockets", .serialized) struct LiveSocketTests {
    private struct Held: Decodable {
        let coin: String
        let total: String
        let free: String
    }
    private struct Order: Decodable { let id: UInt64 }
    private struct Fill: Decodable { let trade: UInt64 }
    private static let key = "key=terrace-test-key"

    @Test("quotes on two exchanges of different protocols while it runs, leaves nothing, and agrees with both")
    func live()
        async throws
    {
        try await LiveExchanges.with([.binance, .bybit]) { exchanges in
            let standing = Mutex(0)
            let report = try await exchanges.run(try exchanges.desk(), seconds: 6) { progress in
                let open = progress.shards.reduce(0) { $0 + $1.openOrders }
                standing.withLock { $0 = max($0, open) }
                return true
            }
            #expect(report.reconciled, "\(report.mismatches)")
            #expect(report.orders.placed > 0 && report.orders.workingAtEnd == 0)
            #expect(standing.withLock { $0 } > 0)
            var fills = 0
            for (place, venue) in exchanges.ports.enumerated() {
                let open = try await exchanges.truth(place, "orders?\(Self.key)&open=true", as: [Order].self)
                #expect(open.isEmpty)
                #expect(try await !exchanges.truth(place, "orders?\(Self.key)", as: [Order].self).isEmpty)
                fills += try await exchanges.truth(place, "fills?\(Self.key)", as: [Fill].self).count
                let session = try #require(report.sessions?[venue.kind.rawValue])
                #expect(session.comparisons >= 2 && session.connections == 2 && session.connectionsLost == 0)
                let held = try await exchanges.truth(place, "balances?\(Self.key)", as: [Held].self)
                for coin in ["USDT", "BTC", "ETH"] {
                    let account = try #require(held.first { $0.coin == coin })
                    #expect(account.total == session.balances[coin] && account.free == account.total)
                }
            }
            #expect(Int(report.fills) == fills)
        }
    }

    @Test("sends nothing in a dry run or on paper", arguments: [RunMode.dryRun, .paper]) func quiet(_ mode: RunMode)
        async throws
    {
        try await LiveExchanges.with([.binance]) { exchanges in
            let report = try await exchanges.run(try exchanges.desk(), mode, seconds: 2)
            #expect(report.reconciled && report.orders.placed > 0)
            #expect(try await exchanges.truth(0, "orders?\(Self.key)", as: [Order].self).isEmpty)
        }
    }

    // MARK: What ends it before it begins

    private static func refusal(_ exchanges: LiveExchanges, _ desk: DeskConfiguration) async throws -> String {
        do {
            _ = try await exchanges.run(desk, seconds: 1)
            return "it ran"
        } catch let error as LiveRunError {
            return error.description
        }
    }

    @Test("is told that the key is wrong", arguments: [ExchangeKind.binance, .bybit]) func wrongKey(
        _ kind: ExchangeKind
    )
        async throws
    {
        try await LiveExchanges.with([kind]) { exchanges in
            try exchanges.writeKey("wrong.key", secret: "another-secret")
            let text = try await Self.refusal(exchanges, try exchanges.desk(key: "wrong.key"))
            #expect(text.hasPrefix("\(kind.rawValue): the key was refused, code "))
            #expect(!text.contains("another-secret"))
            #expect(try await exchanges.truth(0, "orders?\(Self.key)", as: [Order].self).isEmpty)
        }
    }

    @Test("takes no key that may withdraw", arguments: [ExchangeKind.binance, .bybit]) func withdraw(
        _ kind: ExchangeKind
    )
        async throws
    {
        let account = AccountSettings(
            key: AccountSettings.test.key, secret: AccountSettings.test.secret, mayWithdraw: true)
        try await LiveExchanges.with([kind], account: account) { exchanges in
            let text = try await Self.refusal(exchanges, try exchanges.desk())
            #expect(text.hasPrefix("\(kind.rawValue): the key may withdraw coins: make one that may not"))
        }
    }

    @Test("takes no key file that others may read") func openKey() async throws {
        try await LiveExchanges.with([.binance]) { exchanges in
            try exchanges.writeKey("open.key", secret: AccountSettings.test.secret, mode: 0o644)
            let text = try await Self.refusal(exchanges, try exchanges.desk(key: "open.key"))
            #expect(text.contains("open.key may be read or written by others (its mode is 644): chmod 600 it"))
            let missing = try await Self.refusal(exchanges, try exchanges.desk(key: "missing.key"))
            #expect(missing.contains("missing.key can't be read: No such file or directory"))
        }
    }

    @Test("says which venue it does not reach") func unreachable() async throws {
        let gone = try await LiveExchanges.with([.binance, .bybit]) { $0 }
        let text = try await LiveExchanges.with([.binance]) { exchanges in
            let both = LiveExchanges(folder: exchanges.folder, ports: [exchanges.ports[0], gone.ports[1]])
            return try await Self.refusal(both, try both.desk())
        }
        #expect(text.hasPrefix("bybit: http://127.0.0.1:\(gone.ports[1].port) is not reached: "))
        #expect(!text.contains("binance"))
    }

    @Test("speaks to nobody whose certificate does not verify") func certificate() async throws {
        let tls = { (folder: String) in
            try NetworkTestCertificate.local.certificate
                .write(toFile: "\(folder)/server.pem", atomically: true, encoding: .utf8)
            try NetworkTestCertificate.local.key.write(
                toFile: "\(folder)/server.key", atomically: true, encoding: .utf8)
            return ExchangeTLS(certificateFile: "\(folder)/server.pem", keyFile: "\(folder)/server.key")
        }
        try await LiveExchanges.with([.binance], tls: tls) { exchanges in
            let text = try await Self.refusal(exchanges, try exchanges.desk(scheme: "s", host: "localhost"))
            #expect(text.contains("is not reached") && text.contains("certificate"))
            #expect(text.contains("is not signed by a root known here"))
        }
    }
}
