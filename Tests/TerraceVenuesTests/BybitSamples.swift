import Foundation
import TerraceCore

@testable import TerraceVenues

/// Messages as Bybit sends them, for BTCUSDT, and the files beside the tests.
enum BybitSamples {
    static let instruments = ["BTCUSDT", "ETHUSDT"].enumerated().map { index, symbol in
        FeedInstrument(symbol: symbol, instrument: InstrumentIndex(UInt32(index)), units: .standard)
    }
    static let snapshot = book("snapshot", 100)
    static let trades = """
        {"topic":"publicTrade.BTCUSDT","type":"snapshot","ts":1672304486868,"data":[{"T":1672304486865,"s":"BTCUSDT",\
        "S":"Buy","v":"0.001","p":"16578.50","L":"PlusTick","i":"2290000000068683542","BT":false,"RPI":false,"seq":7},\
        {"T":1672304486866,"s":"BTCUSDT","S":"Sell","v":"0.002","p":"16578.00","i":"20f43950-d8dd-5b31","BT":false}]}
        """
    static let acknowledgement =
        "{\"success\":true,\"ret_msg\":\"subscribe\",\"conn_id\":\"a\",\"req_id\":\"7\",\"op\":\"subscribe\"}"
    static let refusal = """
        {"success":false,"ret_msg":"Invalid symbol :[orderbook.200.NOPE]","conn_id":"a","req_id":"8","op":"subscribe"}
        """
    static let pong = "{\"success\":true,\"ret_msg\":\"pong\",\"conn_id\":\"a\",\"req_id\":\"\",\"op\":\"ping\"}"

    static let stream = [
        Self.snapshot, book("delta", 101), Self.trades, Self.acknowledgement, Self.refusal, Self.pong,
    ]

    /// A message of a book with one level a side.
    static func book(_ type: String, _ id: Int64, symbol: String = "BTCUSDT", bid: String = "0.5") -> String {
        """
        {"topic":"orderbook.200.\(symbol)","ts":1687565171590,"type":"\(type)","data":{"s":"\(symbol)",\
        "b":[["30247.20","\(bid)"]],"a":[["30248.70","0"]],"u":\(id),"seq":10783175}, "cts":1687565171589}
        """
    }

    static func bytes(_ name: String) throws -> [UInt8] {
        let file = Bundle.module.bundleURL.appendingPathComponent("Fixtures/bybit/\(name)")
        return Array(try Data(contentsOf: file))
    }
}
