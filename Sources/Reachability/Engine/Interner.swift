/// Numbers for values, from 0 on: equal values have one number.
struct Interner<Element: Hashable> {
  private(set) var elements: [Element] = []
  private var numbers: [Element: UInt32] = [:]

  subscript(number: UInt32) -> Element { elements[Int(number)] }

  mutating func number(of element: Element) -> UInt32 {
    if let number = numbers[element] { return number }
    let number = UInt32(elements.count)
    elements.append(element)
    numbers[element] = number
    return number
  }
}
