/// How many digits the last decimal had before its point and after it.
///
/// Numbers of one list look alike: all prices of BTCUSDT have five digits and eight. Where a number looks like the last one,
/// the reader need not find out where it ends before it goes on, so that the processor reads several at once.
struct DecimalShape {
    /// Digits before the point, 1 to 8.
    var whole: Int
    /// Digits after the point, 0 to 8.
    var decimals: Int

    /// What Binance's spot market sends most.
    init() {
        self.whole = 1
        self.decimals = 8
    }
}
