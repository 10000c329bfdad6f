/// One message of each kind, as Binance sends them, for BTCUSDT.
enum BinanceSamples {
    static let depth = """
        {"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1723161255208,"s":"BTCUSDT","U":101,"u":110,\
        "b":[["61737.63000000","0.50000000"],["61730.17000000","0.00000000"]],"a":[["61837.64000000","1.54698000"]]}}
        """
    static let perpetualDepth = """
        {"stream":"btcusdt@depth@0ms","data":{"e":"depthUpdate","E":1723161256299,"T":1723161256298,"s":"BTCUSDT","U":101,\
        "u":110,"pu":99,"b":[["58710.20","0.014"]],"a":[["61800.30","2"]]}}
        """
    static let rawDepth = """
        {"e":"depthUpdate","E":1723161255208,"s":"BTCUSDT","U":101,"u":110,"b":[["1","2"]],"a":[]}
        """
    static let trade = """
        {"stream":"btcusdt@trade","data":{"e":"trade","E":1723161255343,"s":"BTCUSDT","t":3735683259,"p":"61837.63000000",\
        "q":"0.02000000","T":1723161255342,"m":true,"M":true}}
        """
    static let aggregateTrade = """
        {"stream":"btcusdt@aggTrade","data":{"e":"aggTrade","E":1626992741099,"a":5933014,"s":"BTCUSDT","p":"7.6120",\
        "q":"100","f":100,"l":105,"T":1626992741095,"m":false}}
        """
    static let bestQuote = """
        {"stream":"btcusdt@bookTicker","data":{"u":110,"s":"BTCUSDT","b":"61837.63000000","B":"3.78826000",\
        "a":"61837.64000000","A":"1.54698000"}}
        """
    static let perpetualBestQuote = """
        {"stream":"btcusdt@bookTicker","data":{"e":"bookTicker","u":110,"s":"BTCUSDT","b":"61800.20","B":"2.507",\
        "a":"61800.30","A":"2.510","T":1723161256313,"E":1723161256314}}
        """
    static let snapshot = """
        {"lastUpdateId":100,"bids":[["61737.63000000","1.00000000"],["61730.17000000","2.00000000"]],\
        "asks":[["61837.64000000","3.00000000"]]}
        """
    static let acknowledgement = "{\"result\":null,\"id\":7}"
    static let refusal = "{\"error\":{\"code\":2,\"msg\":\"Invalid request: unknown variant\"},\"id\":8}"
    static let serverShutdown =
        "{\"stream\":\"!serverShutdown\",\"data\":{\"e\":\"serverShutdown\",\"E\":1723161256314}}"
    static let candle = """
        {"stream":"btcusdt@kline_1m","data":{"e":"kline","E":1633998540000,"s":"BTCUSDT","k":{"t":1,"b":[1],"x":true}}}
        """

    static let stream = [
        Self.depth, Self.rawDepth, Self.trade, Self.aggregateTrade, Self.bestQuote, Self.perpetualBestQuote,
        Self.acknowledgement, Self.refusal, Self.serverShutdown, Self.candle,
    ]
}
