import Foundation
import TerraceCore
import Testing

@testable import TerraceVenues

@Suite("Binance's refusals") struct BinanceRefusalTests {
    private func outcome(
        _ code: Int64, _ message: String, status: Int = 400, retryAfter: Int64 = 0, market: BinanceMarket = .spot
    ) throws -> AnswerOutcome {
        let read = BinanceAccount.read(
            market, .place(try BinanceAccount.terms()), "{\"code\":\(code),\"msg\":\"\(message)\"}", status: status,
            retryAfter: retryAfter)
        #expect(read.events.isEmpty)
        return read.outcome
    }

    @Test("mean what the documentation says")
    func documented() throws {
        struct Refusals: Decodable {
            struct Element: Decodable { var meaning: String, transport: String, http_status: Int? }
            var errors: [Element]
        }
        let bytes = try Fixture.bytes("payloads/errors.json")
        let all = try JSONDecoder().decode(Refusals.self, from: Data(bytes)).errors
        let tree = try WireTree(bytes.span)
        let nodes = try tree.elements(of: try tree.need("errors", in: tree.root))
        var seen = 0
        for (element, node) in zip(all, nodes) {
            let body = try tree.need("body", in: node)
            guard let refusal = try BinanceRefusal(tree, body), let status = element.http_status else { continue }
            let found = refusal.outcome(VenueAnswer(status: status, retryAfterNanoseconds: 7_000_000_000))
            let code = refusal.code
            let wanted: AnswerOutcome
            switch element.meaning {
            case "post_only_would_cross": wanted = .refused(.wouldTake, code: code)
            case "insufficient_balance": wanted = .refused(.insufficientBalance, code: code)
            case "unknown_order": wanted = .refused(.unknownOrder, code: code)
            case "filter", "precision", "tick": wanted = .refused(.priceFilter, code: code)
            case "rate_limited_weight": wanted = .limited(nanoseconds: 7_000_000_000, isBan: false, code: code)
            case "banned": wanted = .limited(nanoseconds: 7_000_000_000, isBan: true, code: code)
            case "timestamp": wanted = .clockOff(code: code)
            case "signature": wanted = .keyRefused(code: code)
            case "unknown_outcome": wanted = .unknown(code: code)
            case "duplicate_client_id": wanted = .refused(.duplicateOrder, code: code)
            case "cancel_replace_cancel_failed": wanted = .refused(.other, code: code)
            default: throw CocoaError(.coderInvalidValue)
            }
            #expect(found == wanted, "\(element.meaning) by \(element.transport)")
            seen += 1
        }
        #expect(seen == 15)
    }

    @Test(
        "of spot are told apart by their texts",
        arguments: [(Int64, String, VenueRejection)]([
            (-2010, "Order would immediately match and take.", .wouldTake),
            (-2010, "Account has insufficient balance for requested action.", .insufficientBalance),
            (-2010, "Duplicate order sent.", .duplicateOrder), (-2010, "Market is closed.", .marketClosed),
            (-2010, "This action is disabled on this account.", .other), (-2011, "Unknown order sent.", .unknownOrder),
            (-2013, "Order does not exist.", .unknownOrder), (-2026, "Order was canceled long ago.", .unknownOrder),
            (-1013, "Filter failure: PRICE_FILTER", .priceFilter),
            (-1013, "Filter failure: PERCENT_PRICE_BY_SIDE", .priceFilter),
            (-1013, "Filter failure: LOT_SIZE", .lotSize), (-1013, "Filter failure: NOTIONAL", .minimumNotional),
            (-1013, "Filter failure: MIN_NOTIONAL", .minimumNotional),
            (-1013, "Filter failure: MAX_NUM_ORDERS", .tooManyOrders),
            (-1111, "Parameter 'price' has too much precision.", .priceFilter),
            (-1111, "Parameter 'quantity' has too much precision.", .lotSize),
            (-1015, "Too many new orders; current limit is 50 orders per 10 SECOND.", .rateLimited),
            (-1121, "Invalid symbol.", .other), (-9999, "", .other),
        ]))
    func texts(code: Int64, message: String, reason: VenueRejection) throws {
        #expect(try self.outcome(code, message) == .refused(reason, code: code))
    }

    @Test(
        "of perpetuals are told apart by their codes",
        arguments: [(Int64, VenueRejection)]([
            (-5022, .wouldTake), (-2018, .insufficientBalance), (-2019, .insufficientBalance),
            (-4116, .duplicateOrder), (-4014, .priceFilter), (-4016, .priceFilter), (-4023, .lotSize),
            (-4164, .minimumNotional), (-2025, .tooManyOrders), (-2013, .unknownOrder), (-2011, .unknownOrder),
            (-1008, .rateLimited), (-5027, .other),
        ]))
    func codes(code: Int64, reason: VenueRejection) throws {
        #expect(try self.outcome(code, "any", market: .perpetual) == .refused(reason, code: code))
    }

    @Test("that speak of limits say for how long nothing may be sent")
    func limits() throws {
        let second: Int64 = 1_000_000_000
        #expect(
            try self.outcome(-1003, "Too much", status: 429, retryAfter: 3 * second)
                == .limited(nanoseconds: 3 * second, isBan: false, code: -1003))
        #expect(
            try self.outcome(-1003, "Way too much", status: 418, retryAfter: 300 * second)
                == .limited(nanoseconds: 300 * second, isBan: true, code: -1003))
        #expect(
            try self.outcome(-1003, "Way too much", status: 418)
                == .limited(nanoseconds: 120 * second, isBan: true, code: -1003))
        // Too many orders is no limit on other requests, though it comes with the same status.
        #expect(try self.outcome(-1015, "Too many", status: 429) == .refused(.rateLimited, code: -1015))
        let page = BinanceAccount.read(.spot, .balances, "<html>", status: 429)
        #expect(page.outcome == .limited(nanoseconds: 60 * second, isBan: false, code: 429))
    }

    @Test("that leave open what happened are no refusals", arguments: [500, 502, 503, 504])
    func unknown(status: Int) throws {
        #expect(try self.outcome(-1008, "overloaded", status: status) == .unknown(code: -1008))
        let page = BinanceAccount.read(.spot, .balances, "Bad Gateway", status: status)
        #expect(page.outcome == .unknown(code: Int64(status)))
    }

    @Test("with a code of doubt leave open what happened", arguments: [Int64]([-1000, -1001, -1006, -1007]))
    func doubt(code: Int64) throws { #expect(try self.outcome(code, "") == .unknown(code: code)) }

    @Test("of clock and key are neither the order's fault")
    func key() throws {
        #expect(try self.outcome(-1021, "") == .clockOff(code: -1021))
        for code: Int64 in [-1002, -1022, -2008, -2014, -2015] {
            #expect(try self.outcome(code, "", status: 401) == .keyRefused(code: code))
        }
    }

    @Test("without a code say nothing")
    func garbage() throws {
        for body in ["", "{", "{\"msg\":\"x\"}", "[]", "{\"code\":\"x\"}", "{\"code\":-2010,\"code\":-1007}"] {
            let read = BinanceAccount.read(.spot, .place(try BinanceAccount.terms()), body, status: 400)
            #expect(read == (.unknown(code: 400), []), "\(body)")
        }
    }
}
