Console.WriteLine("bleepstore");
